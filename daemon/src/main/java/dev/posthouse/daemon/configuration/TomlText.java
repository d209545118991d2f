package dev.posthouse.daemon.configuration;

import dev.posthouse.net.ShownText;
import java.util.List;

/** Writes the little TOML that a configuration needs. */
final class TomlText {

    private TomlText() {}

    /** A basic string. */
    static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append(String.format("\\u%04X", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** An array of basic strings. */
    static String array(List<String> texts) {
        return "[" + String.join(", ", texts.stream().map(TomlText::quoted).toList()) + "]";
    }

    /** A text that may stand in a comment: one line. */
    static String comment(String text) {
        return ShownText.line(text);
    }
}
