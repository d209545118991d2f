package dev.posthouse.net.http;

/**
 * The head of a request (RFC 9112 section 3).
 *
 * @param method a token in its own case, perhaps one that no registry knows
 * @param target as it stands in the request line, nothing decoded: a path with or without a query, an absolute URI, an
 *     authority or {@code *}; neither empty nor with blanks or controls
 * @param version {@code HTTP/1.} and a digit
 * @param headers the header lines
 */
public record RequestHead(String method, String target, String version, Headers headers) {

    /**
     * The whole head with the empty line behind it, for one write.
     *
     * @throws IllegalArgumentException if a part has a character that may not stand there, a line end above all; the
     *     message names the part and does not show it
     */
    public byte[] toBytes() {
        HeadWriter writer = new HeadWriter();
        writer.method(method);
        writer.target(target);
        writer.version(version);
        writer.endLine();
        return writer.headersAndEnd(headers);
    }

    /** Without the target, which may carry a token, and without header values. */
    @Override
    public String toString() {
        return method + " " + version + " " + headers;
    }
}
