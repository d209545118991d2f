package dev.posthouse.net.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.budget.Holding;
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

    private static final String WHAT = "a request head";

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
        return readRequest(stream, maxBytes, Holding.uncounted());
    }

    /**
     * The same, of a peer whose bytes are counted: what is held of its head is taken from {@code holding} before it is allocated, and
     * given back when this returns or throws.
     *
     * @throws LimitExceeded if the memory is used up: after a wait for a head's first kilobyte, at once for more, since nobody waits
     *     with something in hand
     */
    public static Received<RequestHead> readRequest(ByteStream stream, int maxBytes, Holding holding)
            throws IOException {
        return read(stream, maxBytes, new RequestParser(), holding);
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
        return read(stream, maxBytes, new ResponseParser(), Holding.uncounted());
    }

    private static <T> Received<T> read(ByteStream stream, int maxBytes, HeadParser<T> parser, Holding holding)
            throws IOException {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("the longest head has at least 1 byte, not " + maxBytes);
        }
        int first = Math.min(FIRST_BUFFER, maxBytes);
        holding.take(first, WHAT);
        var buffer = new Buffer(first, maxBytes, holding);
        try {
            return read(stream, parser, buffer);
        } finally {
            holding.give(buffer.bytes.length);
        }
    }

    private static <T> Received<T> read(ByteStream stream, HeadParser<T> parser, Buffer buffer) throws IOException {
        byte[] bytes = buffer.bytes;
        ByteBuffer into = ByteBuffer.wrap(bytes);
        int line = 0;
        int seen = 0;
        while (true) {
            if (!into.hasRemaining()) {
                buffer.grow();
                bytes = buffer.bytes;
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

    /** A head as far as it has come. Its length is what is held. */
    private static final class Buffer {
        private final int maxBytes;
        private final Holding holding;
        private byte[] bytes;

        Buffer(int length, int maxBytes, Holding holding) {
            this.bytes = new byte[length];
            this.maxBytes = maxBytes;
            this.holding = holding;
        }

        void grow() throws MalformedHead, LimitExceeded {
            if (bytes.length == maxBytes) {
                throw new MalformedHead(
                        MalformedHead.HEADERS_TOO_LARGE, "head too long: " + maxBytes + " bytes are allowed");
            }
            int length = (int) Math.min(2L * bytes.length, maxBytes);
            if (!holding.tryTake(length - bytes.length)) {
                throw new LimitExceeded(
                        "the memory that may be held for one address, or for all, is used up: there are no " + length
                                + " bytes for " + WHAT);
            }
            bytes = Arrays.copyOf(bytes, length);
        }
    }
}
