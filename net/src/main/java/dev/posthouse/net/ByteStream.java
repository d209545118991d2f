package dev.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Anything that carries bytes both ways: a TCP connection, a TLS connection, one end of an in-memory pair, a relayed
 * circuit.
 *
 * <p><b>Threads.</b> Blocking, made for virtual threads. At most one thread reads and one writes at a time; {@link
 * #close()} and {@link #abort()} may come from any thread and end a read or a write that is blocked, which then throws
 * an {@link IOException}. Interrupting a thread that is blocked here aborts this stream; on a plain socket it is the JDK
 * that closes it then, and the peer may see an orderly end instead of a reset.
 *
 * <p><b>Buffers.</b> The caller owns every buffer that it passes; the stream keeps none of them after the call.
 *
 * <p>What every implementation promises is written down as {@code ByteStreamContractTest}, and each runs it.
 */
public interface ByteStream extends ByteChannel {

    /** Up to this, copying a header and its data into one buffer costs less than a second write. */
    int JOINED = 32 * 1024;

    /**
     * Reads what there is: blocks until at least one byte came, then never waits for more.
     *
     * @param into where the bytes go, from its position on; position moves by the returned number
     * @return the number of bytes read, at least 1; or -1 when the peer ended its direction; 0 only if {@code into} had
     *     no room
     * @throws TimedOut if {@link #readTimeout} passed without a byte; the stream stays usable and nothing is lost
     * @throws IOException if the peer reset the connection, or this end was closed or aborted
     */
    @Override
    int read(ByteBuffer into) throws IOException;

    /**
     * Reads what there is into {@code first} and, where that is full, on into {@code second}, in one read of the layer below where
     * that allows it: for the rest of a frame and the header behind it. May bring less than there is: the default fills one of the two.
     *
     * @param first as for {@link #read(ByteBuffer)}
     * @param second gets a byte only when {@code first} has no room left
     * @return the number of bytes read into both, at least 1; or -1 when the peer ended its direction; 0 only if neither had room
     * @throws IOException as {@link #read(ByteBuffer)}, with {@link TimedOut} among them
     */
    default int read(ByteBuffer first, ByteBuffer second) throws IOException {
        return read(first.hasRemaining() ? first : second);
    }

    /**
     * Writes all of {@code from}, in one write of the layer below where that allows it, and blocks while the peer does
     * not read.
     *
     * @param from the bytes between position and limit; position is at the limit afterwards
     * @return the number of bytes written, always all that were remaining
     * @throws IOException if the peer reset the connection, this end was closed, or {@link #shutdownOutput()} was called
     *     before; how much had reached the peer is then unknown
     */
    @Override
    int write(ByteBuffer from) throws IOException;

    /**
     * When the layer below last took some of what is written here, as {@link System#nanoTime()}: also within a write that
     * is still blocked, so that one which goes on slowly can be told from one that does not go on at all. May be asked from
     * any thread. A write on a platform thread may show its progress only when it is over.
     *
     * @return the time; when the stream was made if nothing was taken yet; or empty if the stream cannot tell, as is the
     *     default. Who looks for a reader that takes nothing must not hold such a stream for one
     */
    default OptionalLong lastTaken() {
        return OptionalLong.empty();
    }

    /**
     * Writes {@code head}, then {@code body}, in one write of the layer below where that allows it: for a header before data that are
     * not to be copied.
     *
     * @param head few bytes; position is at the limit afterwards
     * @param body as for {@link #write(ByteBuffer)}
     * @throws IOException as {@link #write(ByteBuffer)}
     */
    default void write(ByteBuffer head, ByteBuffer body) throws IOException {
        if (head.remaining() + body.remaining() > JOINED) {
            write(head);
            write(body);
        } else {
            write(ByteBuffer.allocate(head.remaining() + body.remaining())
                    .put(head)
                    .put(body)
                    .flip());
        }
    }

    /**
     * Ends the direction from here to the peer after everything written so far: the peer's read returns -1. The other
     * direction goes on where {@link #carriesHalfClose()}. A second call does nothing.
     *
     * @throws IOException if the stream is already closed or broken
     */
    void shutdownOutput() throws IOException;

    /**
     * Whether {@link #shutdownOutput()} leaves the other direction open. If not, it ends both: a later read here fails or
     * returns -1, what the peer had under way to us is lost, and its writes fail in the end.
     */
    boolean carriesHalfClose();

    /**
     * Bounds every later read.
     *
     * @param limit how long a read may wait for its first byte; {@link Duration#ZERO} for no bound (the initial state).
     *     Precise to a millisecond, rounded up. A read that is under way may keep its own bound
     * @throws IllegalArgumentException if it is negative
     */
    void readTimeout(Duration limit);

    /** Closes without ceremony: the peer sees a reset where the layer below has one. Never blocks. */
    void abort();

    /**
     * Closes both directions. What was written before is still delivered if the peer has nothing under way to us;
     * whoever needs certainty ends with {@link #shutdownOutput()} and reads to -1 first. A second call does nothing.
     */
    @Override
    void close() throws IOException;

    /** What carries the bytes. */
    StreamKind kind();

    /** The address of this end, if it has one. */
    Optional<InetSocketAddress> localAddress();

    /** The address of the far end of the outermost connection, if it has one. */
    Optional<InetSocketAddress> remoteAddress();
}
