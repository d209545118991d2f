package dev.posthouse.net.http;

import static dev.posthouse.net.http.MalformedHead.bad;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Takes the lines of one head in order and gives the head; each line is judged when it is whole, so that a peer which
 * sends nonsense and waits is answered at once. Does no I/O and keeps no reference to the bytes. For one thread.
 *
 * @param <T> the head that comes out
 */
abstract sealed class HeadParser<T> permits RequestParser, ResponseParser {

    /**
     * The most header lines, ours: the peers of every dialect send fewer than ten, and proxies add about as many again. A
     * look-up walks through all of them.
     */
    static final int MAX_HEADER_LINES = 100;

    private final Headers.Builder headers = Headers.builder();
    private boolean inHeaders;

    /**
     * Takes one line.
     *
     * @param from its first byte
     * @param lineFeed the LF that ends it; a CR before it belongs to the line end
     * @return whether it was the empty line that ends the head
     */
    final boolean take(byte[] bytes, int from, int lineFeed) throws MalformedHead {
        int end = lineFeed > from && bytes[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed;
        if (!inHeaders && from == end && mayBeginEmpty()) {
            return false;
        }
        if (!inHeaders) {
            startLine(bytes, from, end);
            inHeaders = true;
            return false;
        }
        if (from == end) {
            return true;
        }
        headerLine(bytes, from, end);
        return false;
    }

    /** The head, once {@link #take} said that it ended. */
    final T head() throws MalformedHead {
        return head(headers.build());
    }

    /** Reads the bytes {@code from} to {@code end}, exclusive: the first line, without its end. */
    abstract void startLine(byte[] bytes, int from, int end) throws MalformedHead;

    /** Whether empty lines before the first one are skipped. */
    abstract boolean mayBeginEmpty();

    /** Makes the head of the start line and {@code headers}. */
    abstract T head(Headers headers) throws MalformedHead;

    private void headerLine(byte[] bytes, int from, int end) throws MalformedHead {
        int number = headers.size() + 1;
        if (number > MAX_HEADER_LINES) {
            throw new MalformedHead(
                    MalformedHead.HEADERS_TOO_LARGE,
                    "too many header lines: a head has " + MAX_HEADER_LINES + " at most");
        }
        if (Syntax.isBlank(bytes[from])) {
            throw bad("header line " + number + " is folded: a value stands in one line");
        }
        int colon = from;
        while (colon < end && Syntax.isToken(bytes[colon])) {
            colon++;
        }
        if (colon == end) {
            throw bad("header line " + number + " has no colon: a line is a name, a colon and a value");
        }
        if (bytes[colon] != ':' || colon == from) {
            throw bad("header line " + number + " has no good name: a name is a token right before the colon");
        }
        String name = text(bytes, from, colon);
        int first = colon + 1;
        while (first < end && Syntax.isBlank(bytes[first])) {
            first++;
        }
        int last = end;
        while (last > first && Syntax.isBlank(bytes[last - 1])) {
            last--;
        }
        for (int i = first; i < last; i++) {
            if (!Syntax.isText(bytes[i] & 0xff)) {
                throw bad("header " + name + " has a control character in its value");
            }
        }
        headers.add(name, text(bytes, first, last));
    }

    /** Reads a version that reaches from {@code from} to {@code end}, exclusive. */
    static String version(byte[] bytes, int from, int end) throws MalformedHead {
        boolean good = end - from == Syntax.VERSION_LENGTH
                && bytes[from] == 'H'
                && bytes[from + 1] == 'T'
                && bytes[from + 2] == 'T'
                && bytes[from + 3] == 'P'
                && bytes[from + 4] == '/'
                && Syntax.isDigit(bytes[from + 5])
                && bytes[from + 6] == '.'
                && Syntax.isDigit(bytes[from + 7]);
        if (!good) {
            throw bad("malformed HTTP version: it is HTTP/, a digit, a dot and a digit");
        }
        if (bytes[from + 5] != '1') {
            throw new MalformedHead(
                    MalformedHead.VERSION_NOT_SUPPORTED, "HTTP version not supported: HTTP/1.1 is spoken here");
        }
        return bytes[from + 7] == '1' ? Syntax.HTTP_1_1 : text(bytes, from, end);
    }

    /** The first blank between {@code from} and {@code end}, or -1. */
    static int blank(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, ISO_8859_1);
    }
}
