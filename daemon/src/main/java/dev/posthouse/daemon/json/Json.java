package dev.posthouse.daemon.json;

import dev.posthouse.net.ShownText;
import java.util.Map;
import java.util.Optional;

/** Writes values as JSON (RFC 8259) on one line, in ASCII but for what a string holds beyond it. */
public final class Json {

    private Json() {}

    /**
     * Writes one value.
     *
     * @param value a map with texts as keys, an iterable, a whole number, a finite {@code Double}, a boolean, an optional
     *     (empty: null); anything else as the string that it describes itself as
     */
    public static String write(Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case Map<?, ?> map -> {
                char before = '{';
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(before);
                    string(String.valueOf(entry.getKey()), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    before = ',';
                }
                out.append(before == '{' ? "{}" : "}");
            }
            case Iterable<?> list -> {
                char before = '[';
                for (Object part : list) {
                    out.append(before);
                    write(part, out);
                    before = ',';
                }
                out.append(before == '[' ? "[]" : "]");
            }
            case Optional<?> optional -> {
                if (optional.isPresent()) {
                    write(optional.get(), out);
                } else {
                    out.append("null");
                }
            }
            case Boolean truth -> out.append(truth);
            case Number number -> out.append(number);
            default -> string(value.toString(), out);
        }
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '"', '\\' -> out.append('\\').append((char) c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    // Beyond what JSON asks for: what readers of lines stumble over, and what people cannot see.
                    if (ShownText.isHidden(c)) {
                        ShownText.escape(c, out);
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
