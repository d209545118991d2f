package dev.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * A stream with bytes put back in front of it: what a handshake or a detection read ahead. Reads yield these first, then
 * the stream's own; everything else goes straight through. Reading follows the one-reader rule of {@link ByteStream}.
 */
public final class PushbackStream extends DelegatingStream {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer front;

    private PushbackStream(ByteStream below, ByteBuffer front) {
        super(below);
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
            return new PushbackStream(inner.below(), joined);
        }
        return new PushbackStream(stream instanceof PushbackStream inner ? inner.below() : stream, front);
    }

    /** What was put back and not read yet; a view that does not move this stream's position. Asked by the reader only. */
    public ByteBuffer front() {
        return front.asReadOnlyBuffer();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!front.hasRemaining()) {
            return super.read(into);
        }
        if (!isOpen()) {
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
    public int read(ByteBuffer first, ByteBuffer second) throws IOException {
        return front.hasRemaining() ? super.read(first, second) : below().read(first, second);
    }

    @Override
    public String toString() {
        return front.hasRemaining() ? super.toString() + " behind " + front.remaining() + " bytes" : super.toString();
    }
}
