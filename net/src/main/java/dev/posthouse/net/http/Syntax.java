package dev.posthouse.net.http;

import java.util.function.IntPredicate;

/** Which characters may stand where (RFC 9110 section 5.6.2, RFC 9112 sections 3 and 4), for reading and for writing. */
final class Syntax {

    static final String HTTP_1_1 = "HTTP/1.1";

    /** {@code HTTP/} and two digits with a dot between. */
    static final int VERSION_LENGTH = HTTP_1_1.length();

    // A bit for each character that a token may have, 0 to 63 and 64 to 127.
    private static final long TOKEN_LOW = bits("!#$%&'*+-.0123456789", 0);
    private static final long TOKEN_HIGH = bits("ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~", 64);

    private static final String HOST_MARKS = "!$%&'()*+,-.:;=[]_~";

    private static final int DELETE = 0x7f;
    private static final int LATIN_1_MAX = 0xff;

    private Syntax() {}

    /** Whether {@code c} may be in a token: a method or the name of a header. */
    static boolean isToken(int c) {
        if (c < 64) {
            return c >= 0 && (TOKEN_LOW >>> c & 1) != 0;
        }
        return c < 128 && (TOKEN_HIGH >>> (c - 64) & 1) != 0;
    }

    /** Whether {@code c} may be in a value or a reason: anything in ISO-8859-1 but controls, and a tab. */
    static boolean isText(int c) {
        return c >= ' ' ? c != DELETE && c <= LATIN_1_MAX : c == '\t';
    }

    /**
     * Whether {@code c} may be in a target. Bytes past ASCII may, since deployed servers take them; what they mean is for
     * whoever decodes the target.
     */
    static boolean isTarget(int c) {
        return c > ' ' && c != DELETE && c <= LATIN_1_MAX;
    }

    /** Whether {@code c} may be in a Host: in a name or an address, in brackets too, or before and in a port (RFC 3986). */
    static boolean isHost(int c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || HOST_MARKS.indexOf(c) >= 0;
    }

    static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** Whether every character may stand there. */
    static boolean all(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static long bits(String characters, int base) {
        long bits = 0;
        for (int i = 0; i < characters.length(); i++) {
            bits |= 1L << (characters.charAt(i) - base);
        }
        return bits;
    }
}
