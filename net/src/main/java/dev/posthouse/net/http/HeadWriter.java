package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Writes one head, part by part, and refuses what would read as something else; {@link Headers} are good already. For one
 * thread.
 */
final class HeadWriter {

    private static final int USUAL_LENGTH = 256;
    private static final int LOWEST_STATUS = 100;
    private static final int HIGHEST_STATUS = 999;

    private final StringBuilder head = new StringBuilder(USUAL_LENGTH);

    void method(String method) {
        check(!method.isEmpty() && Syntax.all(method, Syntax::isToken), "the method", "is a token");
        head.append(method).append(' ');
    }

    void target(String target) {
        check(!target.isEmpty() && Syntax.all(target, Syntax::isTarget), "the target", "has no blanks and no controls");
        head.append(target).append(' ');
    }

    void version(String version) {
        check(
                version.length() == Syntax.VERSION_LENGTH
                        && version.startsWith("HTTP/1.")
                        && Syntax.isDigit(version.charAt(Syntax.VERSION_LENGTH - 1)),
                "the version",
                "is HTTP/1. and a digit");
        head.append(version);
    }

    void status(int status) {
        check(status >= LOWEST_STATUS && status <= HIGHEST_STATUS, "the status", "has three digits");
        head.append(' ').append(status).append(' '); // the blank stands even before an empty reason
    }

    void reason(String reason) {
        check(Syntax.all(reason, Syntax::isText), "the reason", "is ISO-8859-1 without controls");
        head.append(reason);
    }

    void endLine() {
        head.append("\r\n");
    }

    /** Ends the head and gives all of it. */
    byte[] headersAndEnd(Headers headers) {
        head.append(headers.text());
        endLine();
        return head.toString().getBytes(ISO_8859_1);
    }

    private static void check(boolean good, String part, String right) {
        if (!good) {
            throw new IllegalArgumentException(part + " of a head " + right);
        }
    }
}
