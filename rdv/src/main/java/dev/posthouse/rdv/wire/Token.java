package dev.posthouse.rdv.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What two peers have agreed on, in its three spellings (spec 2.2): as a piece of the request's path, which the original
 * takes as already escaped; as the server reads it from there; and escaped on a direct connection's header line, which
 * starts from the caller's text and not from the path. Tokens of {@code A-Z a-z 0-9 . _ ~ -} are the same in all three.
 */
public final class Token {

    private static final String HEX = "0123456789ABCDEF";

    /** May stand in a path as they are, beside letters and digits (Go's path escaping). */
    private static final String PLAIN_IN_PATH = "-_.~$&+,/:;=@";

    /** Beyond those, what an escaped path may contain without being escaped once more. */
    private static final String ALLOWED_IN_ESCAPED_PATH = PLAIN_IN_PATH + "!'()*[]";

    /** May stand in one segment of a path as they are. */
    private static final String PLAIN_IN_SEGMENT = "-_.~$&+:=@";

    private final String text;

    private Token(String text) {
        this.text = text;
    }

    /**
     * The token of an API call or a command line.
     *
     * @throws IllegalArgumentException if it is empty, or has a percent sign that does not begin an escape
     */
    public static Token of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("missing rdv token: give the word that both peers have agreed on");
        }
        unescape(bytes(text));
        return new Token(text);
    }

    /**
     * The request target for this token below a server's address: its path, one slash, the token; double slashes and dots
     * resolved; the address's query kept.
     */
    public String target(ServerAddress server) {
        String path = path(server);
        return server.query().map(query -> path + "?" + query).orElse(path);
    }

    private String path(ServerAddress server) {
        String joined = clean(server.path() + "/" + text);
        if (text.endsWith("/") && !joined.endsWith("/")) {
            joined += "/";
        }
        return isEscapedPath(joined) ? joined : escape(unescape(bytes(joined)), PLAIN_IN_PATH);
    }

    /** The token on a direct connection's header line. */
    public String onHeaderLine() {
        return escape(bytes(text), PLAIN_IN_SEGMENT);
    }

    /** The token as the key of a keyed hash: the bytes that the two have agreed on. */
    byte[] key() {
        return bytes(text);
    }

    /** Not the token: it must not end in a log. */
    @Override
    public String toString() {
        return "token of " + text.length() + " characters";
    }

    /** Undoes percent escapes. */
    static byte[] unescape(byte[] escaped) {
        byte[] out = new byte[escaped.length];
        int length = 0;
        for (int i = 0; i < escaped.length; i++) {
            byte b = escaped[i];
            if (b == '%') {
                int high = i + 1 < escaped.length ? Character.digit(escaped[i + 1], 16) : -1;
                int low = i + 2 < escaped.length ? Character.digit(escaped[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    int end = Math.min(i + 3, escaped.length);
                    throw new IllegalArgumentException("invalid URL escape \""
                            + new String(escaped, i, end - i, StandardCharsets.UTF_8)
                            + "\": write a percent sign as %25");
                }
                b = (byte) ((high << 4) | low);
                i += 2;
            }
            out[length++] = b;
        }
        return Arrays.copyOf(out, length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String escape(byte[] raw, String plain) {
        var out = new StringBuilder(raw.length + 8);
        for (byte b : raw) {
            char c = (char) (b & 0xff);
            if (isLetterOrDigit(c) || plain.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return out.toString();
    }

    private static boolean isEscapedPath(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (!isLetterOrDigit(c) && c != '%' && ALLOWED_IN_ESCAPED_PATH.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** Double slashes collapsed, dots resolved, a leading slash, no trailing one. */
    private static String clean(String path) {
        List<String> kept = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                }
                default -> kept.add(part);
            }
        }
        return "/" + String.join("/", kept);
    }
}
