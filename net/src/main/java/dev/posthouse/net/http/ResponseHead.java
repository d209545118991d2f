package dev.posthouse.net.http;

/**
 * The head of a response (RFC 9112 section 4).
 *
 * @param version {@code HTTP/1.} and a digit
 * @param status three digits, 100 to 999
 * @param reason for people; may be empty
 * @param headers the header lines
 */
public record ResponseHead(String version, int status, String reason, Headers headers) {

    /**
     * The whole head with the empty line behind it, for one write.
     *
     * @throws IllegalArgumentException if a part has a character that may not stand there, a line end above all, or the
     *     status is none; the message names the part and does not show it
     */
    public byte[] toBytes() {
        HeadWriter writer = new HeadWriter();
        writer.version(version);
        writer.status(status);
        writer.reason(reason);
        writer.endLine();
        return writer.headersAndEnd(headers);
    }
}
