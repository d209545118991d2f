package dev.posthouse.net.dial;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.address.AddressPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Dials one host at several addresses, IPv4 and IPv6 in turn, IPv4 first; the next one after 250 ms without an answer, or at once when the
 * one before failed; the first that answers wins (RFC 8305 sections 4 and 5, with the families the other way round: peers that punch holes
 * learn their IPv4 mapping from this connection).
 *
 * <p>The caller's thread starts the attempts and takes their outcomes from a queue; each attempt runs on a virtual thread of its own.
 * {@link #close} closes every channel but the winner's, from any thread, which also ends what is still under way.
 */
public final class HappyEyeballs implements AutoCloseable {

    /** RFC 8305 section 5, "Connection Attempt Delay". */
    static final Duration STAGGER = Duration.ofMillis(250);

    /** For one address: three SYNs at 0, 1 and 3 s have had the time to be answered. */
    static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(10);

    /** More addresses of one name than this are not tried: a name must not make us knock at the whole world. */
    static final int MAX_ADDRESSES = 16;

    /** Where channels to dial with come from. */
    @FunctionalInterface
    public interface Channels {

        /**
         * A channel that is not connected.
         *
         * @throws IOException if this host has none of that address's family, or none at all
         */
        SocketChannel to(InetSocketAddress remote) throws IOException;

        /**
         * One that is not bound either, of the address's family.
         *
         * @throws IOException if this host does not have that family
         */
        static SocketChannel unbound(InetSocketAddress remote) throws IOException {
            boolean four = remote.getAddress() instanceof Inet4Address;
            try {
                return SocketChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            } catch (UnsupportedOperationException e) {
                throw new SocketException("this host has no IPv6", e);
            }
        }
    }

    /**
     * What has won.
     *
     * @param stream the caller's to close
     * @param roundTrip how long its connect took; more than the true round trip if a packet was lost
     */
    public record Dialed(TcpStream stream, Duration roundTrip) {}

    /** What became of one attempt: connected if there is no error. */
    private record Outcome(
            InetSocketAddress address,
            SocketChannel channel,
            Duration took,
            @Nullable Exception error) {}

    private final String name;
    private final Channels channels;
    private final Deque<InetSocketAddress> left;
    private final LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private @Nullable Exception lastError;

    /** What has become of each address that was tried, for errors; of the caller's thread alone, as is {@link #underWay}. */
    private final Map<InetSocketAddress, String> tried = new LinkedHashMap<>();

    private int underWay;

    /** Guarded by itself, as is {@link #closed}. */
    private final Set<SocketChannel> open = new HashSet<>();

    private boolean closed;

    /**
     * @param name in errors, of what is dialled: "relay.example:80"
     * @param addresses resolved, each in its family's order of preference; those beyond 16 are not tried
     */
    public HappyEyeballs(String name, List<InetSocketAddress> addresses, Channels channels) {
        this.name = name;
        this.channels = channels;
        this.left = inTurn(addresses);
    }

    /**
     * Dials, once.
     *
     * @param limit positive; or {@link Duration#ZERO} for none but 10 s for each address
     * @throws PeerUnreachable if every address failed; names each and why
     * @throws TimedOut if the limit passed; names what was tried
     * @throws ClosedChannelException if this was closed
     * @throws InterruptedException if the thread was interrupted
     */
    public Dialed run(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + Timeouts.nanos(limit);
        while (true) {
            // once at the beginning, then after each wait: it ended by a failure, or 250 ms brought no answer
            if (!left.isEmpty()) {
                start(left.remove());
            }
            if (left.isEmpty() && underWay == 0) {
                throw new PeerUnreachable(name + " cannot be reached: " + outcomesSoFar(), lastError);
            }
            long remaining = limit.isZero() ? Long.MAX_VALUE : end - System.nanoTime();
            if (remaining <= 0) {
                throw new TimedOut(
                        "no answer from " + name + " within " + Timeouts.inWords(limit) + ": " + outcomesSoFar(),
                        lastError);
            }
            Outcome outcome = outcomes.poll(
                    left.isEmpty() ? remaining : Math.min(remaining, STAGGER.toNanos()), TimeUnit.NANOSECONDS);
            if (outcome == null) {
                continue;
            }
            underWay--;
            requireOpen();
            if (outcome.error() == null) {
                handOut(outcome.channel());
                return new Dialed(new TcpStream(outcome.channel()), outcome.took());
            }
            fail(outcome.address(), outcome.error());
        }
    }

    private void start(InetSocketAddress address) throws ClosedChannelException {
        SocketChannel channel;
        try {
            channel = channels.to(address);
        } catch (IOException e) {
            fail(address, e);
            return;
        }
        synchronized (open) {
            open.add(channel);
        }
        requireOpen();
        tried.put(address, "no answer");
        underWay++;
        Thread.ofVirtual().name("dial " + address).start(() -> outcomes.add(connect(channel, address)));
    }

    private void requireOpen() throws ClosedChannelException {
        boolean over;
        synchronized (open) {
            over = closed;
        }
        if (over) {
            // Once more, for what was opened since.
            close();
            throw new ClosedChannelException();
        }
    }

    private static Outcome connect(SocketChannel channel, InetSocketAddress address) {
        long begun = System.nanoTime();
        Exception error = null;
        try {
            channel.configureBlocking(true);
            channel.socket().connect(address, Math.toIntExact(ATTEMPT_LIMIT.toMillis()));
        } catch (IOException | RuntimeException e) {
            error = e;
        }
        return new Outcome(address, channel, Duration.ofNanos(System.nanoTime() - begun), error);
    }

    /** It is the caller's from now on. */
    private void handOut(SocketChannel channel) throws ClosedChannelException {
        synchronized (open) {
            if (closed) {
                throw new ClosedChannelException();
            }
            open.remove(channel);
        }
    }

    private void fail(InetSocketAddress address, Exception error) {
        lastError = error;
        tried.put(
                address,
                error instanceof SocketTimeoutException
                        ? "no answer within " + ATTEMPT_LIMIT.toSeconds() + " s"
                        : String.valueOf(error.getMessage()));
    }

    private String outcomesSoFar() {
        return tried.entrySet().stream()
                .map(each -> AddressPort.of(each.getKey()) + " (" + each.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    /** IPv4 and IPv6 alternating, IPv4 first, each in its own order (RFC 8305 section 4). */
    static Deque<InetSocketAddress> inTurn(List<InetSocketAddress> addresses) {
        Deque<InetSocketAddress> four = new ArrayDeque<>();
        Deque<InetSocketAddress> six = new ArrayDeque<>();
        for (InetSocketAddress address : new LinkedHashSet<>(addresses)) {
            (address.getAddress() instanceof Inet4Address ? four : six).add(address);
        }
        Deque<InetSocketAddress> ordered = new ArrayDeque<>();
        while (ordered.size() < MAX_ADDRESSES && !(four.isEmpty() && six.isEmpty())) {
            boolean wantsFour = ordered.size() % 2 == 0;
            ordered.add((six.isEmpty() || (wantsFour && !four.isEmpty()) ? four : six).remove());
        }
        return ordered;
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        List<SocketChannel> all;
        synchronized (open) {
            closed = true;
            all = List.copyOf(open);
        }
        all.forEach(HappyEyeballs::closeQuietly);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left that could be done about a descriptor that does not close
        }
    }
}
