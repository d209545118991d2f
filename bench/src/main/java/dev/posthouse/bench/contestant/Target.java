package dev.posthouse.bench.contestant;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Where a forwarder connects to: the accepting ends of its pairs.
 *
 * <p>Each connection says in its first byte for which slot it is, gets one byte back, and is then handed to that slot.
 * One acceptor thread for each slot and two to spare, so that a connection whose byte is late holds up none of the
 * others. They end with {@link #close}.
 */
final class Target implements Closeable {
    private static final int ACCEPTORS = RunningRelay.SLOTS + 2;

    /** As many as can be on their way at once when pairs are opened on all slots, many times over. */
    private static final int BACKLOG = 1024;

    /** The connection was handed over before the byte that announced it, so this is never waited for in earnest. */
    private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(5);

    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final List<BlockingQueue<SocketChannel>> slots = new ArrayList<>();

    /** Listens on a free port of 127.0.0.1. */
    Target() throws IOException {
        server.bind(Loopback.freeAddress(), BACKLOG);
        for (int slot = 0; slot < RunningRelay.SLOTS; slot++) {
            slots.add(new ArrayBlockingQueue<>(1));
        }
        for (int i = 0; i < ACCEPTORS; i++) {
            Thread.ofPlatform().daemon().name("target-" + i).start(this::accept);
        }
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** The connection that said {@code slot}; to be called once the byte it got has come out on the other side. */
    SocketChannel take(int slot) throws IOException {
        try {
            SocketChannel channel = slots.get(slot).poll(HAND_OVER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (channel == null) {
                throw new IOException("the target was not connected for slot " + slot);
            }
            return channel;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a pair was opened");
        }
    }

    private void accept() {
        ByteBuffer one = ByteBuffer.allocate(1);
        while (server.isOpen()) {
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException closed) {
                return;
            }
            try {
                greet(channel, one);
            } catch (IOException e) {
                // The other end finds its connection closed and says so: nothing to add here.
                closeQuietly(channel);
            }
        }
    }

    private void greet(SocketChannel channel, ByteBuffer one) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        one.clear();
        if (channel.read(one) < 1) {
            // The connection that only looked whether the forwarder listens.
            channel.close();
            return;
        }
        int slot = one.get(0);
        if (slot < 0 || slot >= slots.size() || !slots.get(slot).offer(channel)) {
            throw new IOException("no slot " + slot + " is waiting");
        }
        one.flip();
        channel.write(one);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing can be done about a socket that does not close.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
