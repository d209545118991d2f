package dev.posthouse.net.http;

import java.util.ArrayList;
import java.util.List;

/** Quoted strings in header values (RFC 9110 section 5.6.4). */
public final class QuotedText {

    private QuotedText() {}

    /**
     * Cuts a value at each {@code separator} that stands in no quoted string, and drops the blanks around the parts. A quoted
     * string that is not closed reaches to the end.
     */
    public static List<String> split(String value, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(value.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(value.substring(from).strip());
        return List.copyOf(parts);
    }

    /**
     * What a value says that is a token or a quoted string: the latter without its quotation marks, and with the characters
     * that its backslashes stand before. Anything else, a string that is not closed too, comes back as it is.
     */
    public static String unquote(String value) {
        if (value.length() < 2 || value.charAt(0) != '"' || value.charAt(value.length() - 1) != '"') {
            return value;
        }
        var text = new StringBuilder(value.length());
        for (int i = 1; i < value.length() - 1; i++) {
            boolean escape = value.charAt(i) == '\\' && i + 1 < value.length() - 1;
            text.append(value.charAt(escape ? ++i : i));
        }
        return text.toString();
    }
}
