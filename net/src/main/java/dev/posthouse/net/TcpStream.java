package dev.posthouse.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/**
 * A connected TCP socket. Nagle's algorithm is off and keepalive on.
 *
 * <p>The channel is in blocking mode whenever this class is used. The relay's data path borrows it with {@link #channel()},
 * makes it non-blocking for as long as its event loop owns it, and nobody else touches the stream meanwhile.
 */
public final class TcpStream implements ByteStream {

    private final SocketChannel channel;
    private volatile int readTimeoutMillis;

    /**
     * Takes a connected channel over: sets no-delay and keepalive.
     *
     * @param channel connected and blocking; closed by this stream from now on
     * @throws IOException if the options cannot be set; the channel is then still the caller's
     */
    public TcpStream(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    /** The channel itself, for an event loop that takes the stream over. */
    public SocketChannel channel() {
        return channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int millis = readTimeoutMillis;
        if (millis == 0 || !into.hasRemaining()) {
            return channel.read(into);
        }
        // Only the socket adaptor knows read timeouts; it takes arrays.
        byte[] array = into.hasArray() ? into.array() : new byte[Math.min(into.remaining(), 16 * 1024)];
        int offset = into.hasArray() ? into.arrayOffset() + into.position() : 0;
        int length = into.hasArray() ? into.remaining() : array.length;
        int count;
        try {
            channel.socket().setSoTimeout(millis);
            InputStream in = channel.socket().getInputStream();
            count = in.read(array, offset, length);
        } catch (SocketTimeoutException e) {
            throw new TimedOut("nothing was received within " + millis + " ms", e);
        }
        if (count > 0) {
            if (into.hasArray()) {
                into.position(into.position() + count);
            } else {
                into.put(array, 0, count);
            }
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int total = from.remaining();
        while (from.hasRemaining()) {
            channel.write(from);
        }
        return total;
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
            // already closed, or never connected: the close below is all there is to do
        }
        try {
            channel.close();
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
        channel.close();
    }

    @Override
    public StreamKind kind() {
        return StreamKind.TCP;
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        try {
            return Optional.ofNullable((InetSocketAddress) channel.getLocalAddress());
        } catch (ClosedChannelException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        try {
            return Optional.ofNullable((InetSocketAddress) channel.getRemoteAddress());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "tcp " + localAddress().map(Object::toString).orElse("?") + " -> "
                + remoteAddress().map(Object::toString).orElse("?");
    }
}
