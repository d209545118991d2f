package dev.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/**
 * A stream with bytes put back in front of it: what a handshake or a detection read ahead. Reads yield these first, then
 * the stream's own; everything else goes straight through. Reading follows the one-reader rule of {@link ByteStream}.
 */
public final class PushbackStream implements ByteStream {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteStream below;
    private ByteBuffer front;

    private PushbackStream(ByteStream below, ByteBuffer front) {
        this.below = below;
        this.front = front;
    }

    /**
     * Puts {@code front} before what {@code stream} still brings.
     *
     * @param front the bytes between position and limit; taken over, the caller must not touch the buffer again
     * @param stream given up by the caller, who reads from the returned stream only
     * @return {@code stream} itself if {@code front} is empty
     */
    public static ByteStream of(ByteStream stream, ByteBuffer front) {
        if (!front.hasRemaining()) {
            return stream;
        }
        if (stream instanceof PushbackStream inner && inner.front.hasRemaining()) {
            ByteBuffer joined = ByteBuffer.allocate(front.remaining() + inner.front.remaining());
            joined.put(front).put(inner.front).flip();
            return new PushbackStream(inner.below, joined);
        }
        return new PushbackStream(stream instanceof PushbackStream inner ? inner.below : stream, front);
    }

    /** The stream below, whose next bytes come after those of {@link #front()}. */
    public ByteStream below() {
        return below;
    }

    /** What was put back and not read yet; a view that does not move this stream's position. Asked by the reader only. */
    public ByteBuffer front() {
        return front.asReadOnlyBuffer();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!front.hasRemaining()) {
            return below.read(into);
        }
        if (!below.isOpen()) {
            throw new ClosedChannelException();
        }
        int count = Math.min(front.remaining(), into.remaining());
        into.put(into.position(), front, front.position(), count);
        into.position(into.position() + count);
        front.position(front.position() + count);
        if (!front.hasRemaining()) {
            front = NOTHING; // what was read ahead may be kilobytes, and the stream may live for days
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return below.write(from);
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public boolean carriesHalfClose() {
        return below.carriesHalfClose();
    }

    @Override
    public void readTimeout(Duration limit) {
        below.readTimeout(limit);
    }

    @Override
    public void abort() {
        below.abort();
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    @Override
    public StreamKind kind() {
        return below.kind();
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return below.localAddress();
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return below.remoteAddress();
    }

    @Override
    public String toString() {
        return front.hasRemaining() ? below + " behind " + front.remaining() + " bytes" : below.toString();
    }
}
