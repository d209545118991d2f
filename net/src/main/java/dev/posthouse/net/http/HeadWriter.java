package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.function.IntPredicate;

/**
 * Writes one head, part by part, and refuses what would read as something else: whoever can put a line end into a value
 * writes the head. For one thread.
 */
final class HeadWriter {

    private static final int USUAL_LENGTH = 256;
    private static final int LOWEST_STATUS = 100;
    private static final int HIGHEST_STATUS = 999;

    private final StringBuilder head = new StringBuilder(USUAL_LENGTH);

    void method(String method) {
        check(!method.isEmpty() && all(method, Syntax::isToken), "the method", "is a token");
        head.append(method).append(' ');
    }

    void target(String target) {
        check(!target.isEmpty() && all(target, Syntax::isTarget), "the target", "has no blanks and no controls");
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
        check(all(reason, Syntax::isText), "the reason", "is ISO-8859-1 without controls");
        head.append(reason);
    }

    void endLine() {
        head.append("\r\n");
    }

    /** Ends the head and gives all of it. */
    byte[] headersAndEnd(Headers headers) {
        headers.forEach(this::header);
        endLine();
        return head.toString().getBytes(ISO_8859_1);
    }

    private void header(String name, String value) {
        if (name.isEmpty() || !all(name, Syntax::isToken)) {
            throw new IllegalArgumentException("header name \"" + printable(name) + "\": a name is a token");
        }
        if (!all(value, Syntax::isText)) {
            throw new IllegalArgumentException("header " + name + ": a value is ISO-8859-1 without controls");
        }
        head.append(name).append(": ").append(value);
        endLine();
    }

    private static void check(boolean good, String part, String right) {
        if (!good) {
            throw new IllegalArgumentException(part + " of a head " + right);
        }
    }

    private static boolean all(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String printable(String name) {
        StringBuilder shown = new StringBuilder(name);
        for (int i = 0; i < shown.length(); i++) {
            if (shown.charAt(i) < ' ' || shown.charAt(i) > '~') {
                shown.setCharAt(i, '?');
            }
        }
        return shown.toString();
    }
}
