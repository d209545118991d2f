package dev.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connected TCP socket. Nagle's algorithm is off and keepalive on: a peer that is silent because it is gone is found out
 * within a minute, and a read then fails.
 *
 * <p>The channel is in blocking mode whenever this class is used. The relay's data path borrows it with {@link #channel()},
 * makes it non-blocking for as long as its event loop owns it, and nobody else touches the stream meanwhile.
 *
 * <p>An interrupt makes the JDK itself close the channel: the peer then sees an orderly end, unless it has sent something
 * that was not read. Whoever wants the peer to see a reset calls {@link #abort()} instead of interrupting.
 */
public final class TcpStream implements ByteStream {

    /**
     * The most that one call hands to the channel. It copies heap buffers through a direct one of the same size, which it
     * keeps for the thread: a large array must not become as much memory outside the heap, again for each part of it.
     */
    private static final int CHUNK = 128 * 1024;

    /** The most that one bounded read into a direct buffer brings: it goes through an array. */
    private static final int TIMED_CHUNK = 16 * 1024;

    private final SocketChannel channel;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final AtomicReference<@Nullable Runnable> whenClosed;
    private volatile int readTimeoutMillis;

    private volatile long lastTaken = System.nanoTime();

    /**
     * Takes a connected channel over: sets no-delay and keepalive.
     *
     * @param channel connected and blocking; closed by this stream from now on
     * @throws IllegalArgumentException if it is not connected
     * @throws IOException if it is closed or the options cannot be set; the channel is then still the caller's
     */
    public TcpStream(SocketChannel channel) throws IOException {
        this(channel, () -> {});
    }

    /**
     * The same, and tells when it is closed.
     *
     * @param whenClosed called once, after this stream was closed or aborted, by whoever did that; must not block. Not called if
     *     the constructor throws
     */
    public TcpStream(SocketChannel channel, Runnable whenClosed) throws IOException {
        this.channel = channel;
        this.whenClosed = new AtomicReference<>(whenClosed);
        // kept here: what a stream was connected to is asked for when it has ended, too
        if (!(channel.getRemoteAddress() instanceof InetSocketAddress far)
                || !(channel.getLocalAddress() instanceof InetSocketAddress near)) {
            throw new IllegalArgumentException("a TCP stream is made from a connected TCP channel, not " + channel);
        }
        this.remote = far;
        this.local = near;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        KeepAlive.start(channel);
    }

    /** The channel itself, for an event loop that takes the stream over. */
    public SocketChannel channel() {
        return channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            requireOpen();
            return 0;
        }
        int millis = readTimeoutMillis;
        if (millis > 0) {
            return readWithin(millis, into);
        }
        int limit = into.limit();
        into.limit(into.position() + Math.min(into.remaining(), CHUNK));
        try {
            return channel.read(into);
        } finally {
            into.limit(limit);
        }
    }

    @Override
    public int read(ByteBuffer first, ByteBuffer second) throws IOException {
        // A large array would become as much memory outside the heap, and the socket adaptor takes one buffer only.
        boolean together = first.isDirect() || first.remaining() < CHUNK;
        if (!together || !first.hasRemaining() || !second.hasRemaining() || readTimeoutMillis > 0) {
            return read(first.hasRemaining() ? first : second);
        }
        return (int) channel.read(new ByteBuffer[] {first, second});
    }

    /** Only the socket adaptor knows read timeouts; it takes arrays. */
    private int readWithin(int millis, ByteBuffer into) throws IOException {
        boolean direct = !into.hasArray();
        byte[] array = direct ? new byte[Math.min(into.remaining(), TIMED_CHUNK)] : into.array();
        int offset = direct ? 0 : into.arrayOffset() + into.position();
        int length = direct ? array.length : Math.min(into.remaining(), CHUNK);
        int count;
        try {
            channel.socket().setSoTimeout(millis);
            count = channel.socket().getInputStream().read(array, offset, length);
        } catch (SocketTimeoutException e) {
            throw new TimedOut("nothing was received within " + millis + " ms", e);
        }
        if (count > 0) {
            if (direct) {
                into.put(array, 0, count);
            } else {
                into.position(into.position() + count);
            }
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (!from.hasRemaining()) {
            requireOpen();
            return 0;
        }
        int total = from.remaining();
        int end = from.limit();
        try {
            while (from.position() < end) {
                from.limit(from.position() + Math.min(end - from.position(), CHUNK));
                // On a virtual thread this returns as soon as the system has taken something, so that it shows as it
                // goes.
                channel.write(from);
                lastTaken = System.nanoTime();
            }
        } finally {
            from.limit(end);
        }
        return total;
    }

    @Override
    public OptionalLong lastTaken() {
        return OptionalLong.of(lastTaken);
    }

    @Override
    public void write(ByteBuffer head, ByteBuffer body) throws IOException {
        int end = body.limit();
        int most = body.isDirect() ? Integer.MAX_VALUE : CHUNK;
        var both = new ByteBuffer[] {head, body};
        try {
            while (head.hasRemaining() || body.position() < end) {
                body.limit(body.position() + Math.min(end - body.position(), most));
                channel.write(both);
                lastTaken = System.nanoTime();
            }
        } finally {
            body.limit(end);
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean carriesHalfClose() {
        return true;
    }

    @Override
    public void readTimeout(Duration limit) {
        readTimeoutMillis = Timeouts.millis(limit);
    }

    @Override
    public void abort() {
        try {
            // A linger time of zero turns the close into a reset.
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // closed already, or broken: the close below is all there is to do
        }
        try {
            close();
        } catch (IOException e) {
            // nothing is left that could be done about a descriptor that does not close
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Runnable once = whenClosed.getAndSet(null);
            if (once != null) {
                once.run();
            }
        }
    }

    @Override
    public StreamKind kind() {
        return StreamKind.TCP;
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return Optional.of(local);
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.of(remote);
    }

    @Override
    public String toString() {
        return "tcp " + local + " -> " + remote;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }
}
