package dev.posthouse.net.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PushbackStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads one head from a stream, in chunks. Runs in the calling thread, which is the stream's reader; each byte is looked
 * at once however the head is cut into pieces, and the outcome does not depend on the pieces. The time it may take is
 * bounded by the stream's {@link ByteStream#readTimeout} for each read only; who needs a bound for the whole head sets an
 * alarm that aborts the stream.
 *
 * <p>After an exception the bytes read so far are gone and the stream is of use for an answer only.
 */
public final class HeadReader {

    /** What is read at first, in bytes: the heads of all our peers fit, and a connection that sends nothing holds no more. */
    private static final int FIRST_BUFFER = 1024;

    private HeadReader() {}

    /**
     * A head and what comes behind it.
     *
     * @param head what was read
     * @param rest the stream from the first byte behind the head; takes the place of the stream that was passed
     */
    public record Received<T>(T head, ByteStream rest) {}

    /**
     * Blocks until a request's head is whole. Empty lines before it are skipped, and count as its bytes (RFC 9112 section
     * 2.2).
     *
     * @param maxBytes the longest head, its empty line included
     * @throws MalformedHead with status 400 if it is none, has no Host, several or one that cannot be a host (RFC 9112
     *     section 3.2), or leaves it open which body it has: both a Content-Length and a Transfer-Encoding, lengths that
     *     differ or are no numbers, a coding other than chunked (sections 6.1 to 6.3); 431 if it is longer than {@code maxBytes} or has more than 100 header lines; 505 if its version is not HTTP/1
     * @throws EOFException if the peer ended its direction before the head was whole
     * @throws IOException if a read fails
     * @throws IllegalArgumentException if {@code maxBytes} is not positive
     */
    public static Received<RequestHead> readRequest(ByteStream stream, int maxBytes) throws IOException {
        return read(stream, maxBytes, new RequestParser());
    }

    /**
     * Blocks until a response's head is whole; an interim one (1xx) is a head like any other.
     *
     * @param maxBytes the longest head, its empty line included
     * @throws MalformedHead with status 400 if it is none; 431 if it is longer than {@code maxBytes} or has more than 100
     *     header lines; 505 if its version is not HTTP/1
     * @throws EOFException if the peer ended its direction before the head was whole
     * @throws IOException if a read fails
     * @throws IllegalArgumentException if {@code maxBytes} is not positive
     */
    public static Received<ResponseHead> readResponse(ByteStream stream, int maxBytes) throws IOException {
        return read(stream, maxBytes, new ResponseParser());
    }

    private static <T> Received<T> read(ByteStream stream, int maxBytes, HeadParser<T> parser) throws IOException {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("the longest head has at least 1 byte, not " + maxBytes);
        }
        byte[] bytes = new byte[Math.min(FIRST_BUFFER, maxBytes)];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        int line = 0;
        int seen = 0;
        while (true) {
            if (!into.hasRemaining()) {
                bytes = grown(bytes, maxBytes);
                into = ByteBuffer.wrap(bytes).position(seen);
            }
            if (stream.read(into) < 0) {
                throw new EOFException(
                        seen == 0
                                ? "closed before the head was whole: without a byte"
                                : "closed before the head was whole: after " + seen + " bytes");
            }
            int end = into.position();
            for (; seen < end; seen++) {
                if (bytes[seen] == '\n') {
                    boolean whole = parser.take(bytes, line, seen);
                    line = seen + 1;
                    if (whole) {
                        // copied, so that a few bytes do not hold a large buffer for as long as the peer waits
                        ByteBuffer behind = ByteBuffer.wrap(Arrays.copyOfRange(bytes, line, end));
                        return new Received<>(parser.head(), PushbackStream.of(stream, behind));
                    }
                }
            }
        }
    }

    private static byte[] grown(byte[] full, int maxBytes) throws MalformedHead {
        if (full.length == maxBytes) {
            throw new MalformedHead(
                    MalformedHead.HEADERS_TOO_LARGE, "head too long: " + maxBytes + " bytes are allowed");
        }
        return Arrays.copyOf(full, (int) Math.min(2L * full.length, maxBytes));
    }
}
