package dev.posthouse.net.dial;

import dev.posthouse.net.NameLookup;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Dials TCP from any local port: resolves a name and tries its addresses as {@link HappyEyeballs} does.
 *
 * <p>Immutable and thread-safe. Blocks the caller; interrupting it ends everything that it started.
 */
public final class TcpDialer implements Dialer {

    private final Resolver resolver;

    /** Dials with this name resolution. */
    public TcpDialer(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Connects.
     *
     * @param limit for everything together, positive; or {@link Duration#ZERO} for none but 10 s for each address
     * @return connected; the caller's to close
     * @throws TimedOut if the limit passed; names what was tried
     * @throws PeerUnreachable if the name has no address, or every address failed; names each and why
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IllegalArgumentException if the host is neither a name nor an address
     */
    @Override
    public TcpStream dial(Target target, Duration limit) throws IOException {
        long end = System.nanoTime() + Timeouts.nanos(limit);
        try {
            List<InetSocketAddress> addresses = addressesOf(target, limit);
            Duration left = limit.isZero() ? limit : Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            try (var race = new HappyEyeballs(target.toString(), addresses, HappyEyeballs.Channels::unbound)) {
                return race.run(left).stream();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while dialling " + target);
        }
    }

    private List<InetSocketAddress> addressesOf(Target target, Duration limit)
            throws IOException, InterruptedException {
        try (NameLookup lookup = NameLookup.start(resolver, target.host())) {
            return lookup.await(limit).stream()
                    .map(address -> new InetSocketAddress(address, target.port()))
                    .toList();
        }
    }
}
