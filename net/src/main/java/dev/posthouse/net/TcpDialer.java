package dev.posthouse.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Dials TCP: resolves a name and tries its addresses, IPv4 and IPv6 in turn, IPv4 first; the next one after 250 ms
 * without an answer, or at once when the one before failed; the first that answers wins (RFC 8305 sections 4 and 5, with
 * the families the other way round: peers that punch holes learn their IPv4 mapping from this connection).
 *
 * <p>Immutable and thread-safe. Blocks the caller; interrupting it ends everything that it started.
 */
public final class TcpDialer {

    /** RFC 8305 section 5, "Connection Attempt Delay". */
    static final Duration STAGGER = Duration.ofMillis(250);

    /** For one address: three SYNs at 0, 1 and 3 s have had the time to be answered. */
    static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(10);

    /** More addresses of one name than this are not tried: a name must not make us knock at the whole world. */
    static final int MAX_ADDRESSES = 16;

    private final Resolver resolver;

    /** Dials with this name resolution. */
    public TcpDialer(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Connects from any local port.
     *
     * @param host a name, or an address literal, IPv6 with or without brackets
     * @param port 1 to 65535
     * @param limit for everything together, positive; or {@link Duration#ZERO} for none but 10 s for each address
     * @return connected; the caller's to close
     * @throws TimedOut if the limit passed; names what was tried
     * @throws PeerUnreachable if the name has no address, or every address failed; names each and why
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     */
    public TcpStream dial(String host, int port, Duration limit) throws IOException {
        return dial(host, port, Optional.empty(), limit);
    }

    /**
     * Connects from a given local port that others, such as a listening socket, use at the same time: with SO_REUSEADDR
     * and, where there is one, SO_REUSEPORT. Those others must have set the same.
     *
     * @param localPort 1 to 65535
     * @see #dial(String, int, Duration)
     */
    public TcpStream dialFrom(int localPort, String host, int port, Duration limit) throws IOException {
        return dial(host, port, Optional.of(requirePort(localPort)), limit);
    }

    private TcpStream dial(String host, int port, Optional<Integer> localPort, Duration limit) throws IOException {
        requirePort(port);
        Optional<Long> deadline =
                limit.isZero() ? Optional.empty() : Optional.of(System.nanoTime() + Timeouts.nanos(limit));
        try {
            Deque<InetSocketAddress> addresses = new ArrayDeque<>();
            for (InetAddress address : inTurn(addressesOf(host, limit))) {
                addresses.add(new InetSocketAddress(address, port));
            }
            try (DialRace race = new DialRace(host + ":" + port, localPort)) {
                return race.run(addresses, deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while dialling " + host + ":" + port);
        }
    }

    private List<InetAddress> addressesOf(String host, Duration limit) throws IOException, InterruptedException {
        try (NameLookup lookup = NameLookup.start(resolver, host)) {
            return lookup.await(limit);
        }
    }

    /** IPv4 and IPv6 alternating, IPv4 first, each in its own order (RFC 8305 section 4). */
    static List<InetAddress> inTurn(List<InetAddress> addresses) {
        Deque<InetAddress> four = new ArrayDeque<>();
        Deque<InetAddress> six = new ArrayDeque<>();
        addresses.stream().distinct().forEach(address -> (address instanceof Inet4Address ? four : six).add(address));
        List<InetAddress> ordered = new ArrayList<>();
        while (ordered.size() < MAX_ADDRESSES && !(four.isEmpty() && six.isEmpty())) {
            Deque<InetAddress> next = six.isEmpty() || (ordered.size() % 2 == 0 && !four.isEmpty()) ? four : six;
            ordered.add(next.remove());
        }
        return ordered;
    }

    private static int requirePort(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
        return port;
    }
}
