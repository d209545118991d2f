package dev.posthouse.net.dial;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.address.AddressPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
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
    private final Map<InetSocketAddress, String> failed = new LinkedHashMap<>();
    private @Nullable Exception lastError;

    /** Guarded by itself, as is {@link #closed}. */
    private final Map<InetSocketAddress, SocketChannel> started = new LinkedHashMap<>();

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
            if (left.isEmpty() && failed.keySet().containsAll(startedSoFar())) {
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
            if (outcome.error() == null) {
                handOut(outcome.address());
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
        boolean open;
        synchronized (started) {
            open = !closed;
            if (open) {
                started.put(address, channel);
            }
        }
        if (!open) {
            closeQuietly(channel);
            throw new ClosedChannelException();
        }
        Thread.ofVirtual().name("dial " + address).start(() -> outcomes.add(connect(channel, address)));
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

    private Set<InetSocketAddress> startedSoFar() {
        synchronized (started) {
            return Set.copyOf(started.keySet());
        }
    }

    /** It is the caller's from now on. */
    private void handOut(InetSocketAddress address) throws ClosedChannelException {
        synchronized (started) {
            if (closed) {
                throw new ClosedChannelException();
            }
            started.remove(address);
        }
    }

    private void fail(InetSocketAddress address, Exception error) throws ClosedChannelException {
        synchronized (started) {
            if (closed) {
                throw new ClosedChannelException();
            }
        }
        lastError = error;
        String reason = error instanceof SocketTimeoutException
                ? "no answer within " + ATTEMPT_LIMIT.toSeconds() + " s"
                : String.valueOf(error.getMessage());
        failed.put(address, reason);
    }

    private String outcomesSoFar() {
        Map<InetSocketAddress, String> all = new LinkedHashMap<>();
        synchronized (started) {
            started.keySet().forEach(address -> all.put(address, "no answer"));
        }
        all.putAll(failed);
        return all.entrySet().stream()
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
        synchronized (started) {
            closed = true;
            all = List.copyOf(started.values());
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
