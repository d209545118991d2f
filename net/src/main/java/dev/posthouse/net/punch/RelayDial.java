package dev.posthouse.net.punch;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call that dials a relay at several addresses, IPv4 first: the next address is tried when the one before has failed
 * or has not answered for {@link #STAGGER}, and the first connection is taken (the manner of RFC 8305, with the families
 * the other way round: the mapping of an IPv4 NAT is what a relay is asked for). Runs on the caller's thread; {@link
 * #close()} from any other ends it.
 */
final class RelayDial implements AutoCloseable {

    /** The head start of each address: RFC 8305 section 5. */
    static final Duration STAGGER = Duration.ofMillis(250);

    private final ReusedPort port;
    private final Selector selector;
    private final ArrayDeque<InetSocketAddress> left;
    private final List<String> failures = new ArrayList<>();
    private int pending;
    private volatile boolean closed;

    RelayDial(ReusedPort port, List<InetSocketAddress> addresses) throws IOException {
        this.port = port;
        this.left = new ArrayDeque<>(addresses.stream()
                .sorted(Comparator.comparing(address -> !(address.getAddress() instanceof Inet4Address)))
                .toList());
        this.selector = Selector.open();
    }

    private record Dial(InetSocketAddress remote, long started) {}

    /**
     * Dials.
     *
     * @throws PeerUnreachable if every address has failed
     * @throws TimedOut if none has answered within {@code limit}
     * @throws IOException if it was closed or its thread interrupted
     */
    RelayConnection run(Duration limit) throws IOException {
        try {
            long end = System.nanoTime() + limit.toNanos();
            long nextStart = System.nanoTime();
            while (true) {
                long now = System.nanoTime();
                SelectionKey won = null;
                if (!left.isEmpty() && (pending == 0 || nextStart - now <= 0)) {
                    won = startNext();
                    nextStart = now + STAGGER.toNanos();
                } else if (pending == 0) {
                    throw new PeerUnreachable("cannot be reached" + tried());
                } else if (end - now <= 0) {
                    throw new TimedOut("the relay did not answer within " + limit.toMillis() + " ms" + tried());
                } else {
                    won = await(left.isEmpty() ? end - now : Math.min(end - now, nextStart - now));
                }
                if (won != null) {
                    return finish(won);
                }
            }
        } finally {
            abandon();
        }
    }

    /** Starts the dial of the next address; returns its key if it is connected at once. */
    private @Nullable SelectionKey startNext() throws IOException {
        InetSocketAddress remote = left.poll();
        if (remote == null) {
            return null;
        }
        try {
            SocketChannel channel = port.channelTo(remote);
            try {
                var dial = new Dial(remote, System.nanoTime());
                boolean connected = channel.connect(remote);
                SelectionKey key = channel.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, dial);
                pending++;
                return connected ? key : null;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            failures.add(AddressPort.of(remote) + ": " + e.getMessage());
            return null;
        }
    }

    /** Waits until a dial has ended; returns its key if it is connected. */
    private @Nullable SelectionKey await(long nanos) throws IOException {
        selector.select(nanos / 1_000_000 + 1);
        if (closed) {
            throw new ClosedChannelException();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            var channel = (SocketChannel) key.channel();
            try {
                if (channel.finishConnect()) {
                    return key;
                }
            } catch (IOException e) {
                failures.add(AddressPort.of(dial(key).remote()) + ": " + e.getMessage());
                channel.close();
                pending--;
            }
        }
        selector.selectedKeys().clear();
        return null;
    }

    private static Dial dial(SelectionKey key) {
        return (Dial) Optional.ofNullable(key.attachment()).orElseThrow();
    }

    private RelayConnection finish(SelectionKey key) throws IOException {
        var roundTrip = Duration.ofNanos(System.nanoTime() - dial(key).started());
        key.cancel();
        // A channel is its selector's until the next selection.
        selector.selectNow();
        var channel = (SocketChannel) key.channel();
        try {
            channel.configureBlocking(true);
            return new RelayConnection(new TcpStream(channel), roundTrip);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Closes every dial but the one that was handed out. */
    private void abandon() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private String tried() {
        return failures.isEmpty() ? "" : " (" + String.join("; ", failures) + ")";
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
