package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.dial.Target;
import dev.posthouse.net.dial.TcpDialer;
import dev.posthouse.net.httpproxy.FirstHop;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Opens connections to relays, and makes tunnels of them (spec 8.1, 8.2, 9). Says in the kind of failure how far it came: the relay was
 * not reached, or is another; the peer was not there, or did not come, or is another. Nothing is left of what failed.
 *
 * <p>Blocks; an interrupt ends it.
 *
 * @param resolver finds the relay, or the proxy on the way to it
 * @param proxies which relays are reached through a proxy
 * @param tls for a proxy with https
 * @param connectLimit for resolving the name, the TCP connection and a proxy's answer together; positive
 * @param channels the layers
 * @param extensions told to peers
 * @param stream the numbers of the acknowledged stream
 * @param tunnels keeps account of the tunnels
 */
record Legs(
        Resolver resolver,
        ProxyRules proxies,
        Supplier<TlsClient> tls,
        Duration connectLimit,
        Channels channels,
        int extensions,
        AcknowledgedSettings stream,
        Tunnels tunnels) {

    /**
     * A connection to a relay that has proved its identity.
     *
     * @param roundTrip what connecting took
     */
    record Leg(KeepAlive channel, ByteStream stream, RelayAddress relay, Duration roundTrip) {

        void say(InitConnection role) throws IOException {
            channel.send(role.encode());
        }

        void abort() {
            channel.abort();
        }
    }

    /** What a set-up may take. */
    Duration setupLimit() {
        return channels.ticks().length().multipliedBy(channels.settings().setupTicks());
    }

    /**
     * Reaches a relay.
     *
     * @param progress follows it
     * @throws RelayUnreachable if there is none, or it does not answer as one
     * @throws AuthenticationFailed if it is another one, or a proxy on the way wants credentials
     * @throws Refused if a proxy on the way does not allow it
     */
    Leg reach(RelayAddress relay, Progress progress) throws IOException {
        long start = System.nanoTime();
        ByteStream stream = connect(relay, progress);
        Duration roundTrip = Duration.ofNanos(System.nanoTime() - start);
        try {
            Leg leg = new Leg(greet(stream, relay), stream, relay, roundTrip);
            progress.reached();
            return leg;
        } catch (IOException | RuntimeException e) {
            stream.abort();
            throw e;
        }
    }

    private ByteStream connect(RelayAddress relay, Progress progress) throws IOException {
        long end = System.nanoTime() + Timeouts.nanos(connectLimit);
        FirstHop hop = FirstHop.towards(proxies, true, new Target(relay.host(), relay.port()));
        progress.dialing(hop.name());
        TcpStream stream = dial(hop, progress);
        try {
            return hop.onwards(stream, tls, left(end));
        } catch (IOException | RuntimeException e) {
            stream.abort();
            throw e;
        }
    }

    private TcpStream dial(FirstHop hop, Progress progress) throws IOException {
        Resolver following = asked -> {
            progress.resolving(asked);
            List<InetAddress> found = resolver.resolve(asked);
            progress.dialing(hop.name());
            return found;
        };
        try {
            return new TcpDialer(following).dial(hop.target(), connectLimit);
        } catch (TimedOut e) {
            throw new RelayUnreachable(hop.name() + " does not answer: " + e.getMessage(), e);
        } catch (PeerUnreachable e) {
            throw new RelayUnreachable(hop.name() + " is not reached: " + e.getMessage(), e);
        }
    }

    private static Duration left(long end) {
        // Never zero, which would be no limit.
        return Duration.ofNanos(Math.max(1, end - System.nanoTime()));
    }

    private KeepAlive greet(ByteStream stream, RelayAddress relay) throws IOException {
        try {
            return channels.toRelay(stream, relay.relay());
        } catch (AuthenticationFailed e) {
            throw new AuthenticationFailed(
                    "at " + relay.hostAndPort() + " is not the relay " + relay.relay() + ": " + e.getMessage(), e);
        } catch (TimedOut e) {
            throw notARelay(relay, "did not finish the handshake in time", e);
        } catch (NetworkFailure e) {
            throw e;
        } catch (IOException e) {
            throwIfInterrupted(e);
            throw notARelay(relay, "ended the connection within the handshake", e);
        }
    }

    private static RelayUnreachable notARelay(RelayAddress relay, String what, IOException cause) {
        return new RelayUnreachable(
                relay.hostAndPort() + " " + what + ": it is no Offset relay, or takes nobody now", cause);
    }

    /**
     * Reaches a peer at a relay where it listens.
     *
     * @param progress follows it
     * @throws RelayUnreachable if there is no relay
     * @throws AuthenticationFailed if the relay, or who comes, is another
     * @throws Refused if the peer is not there, or does not want us
     * @throws TimedOut if the peer did not come within the limit of the set-up
     */
    OffsetConnection connect(RelayAddress relay, Ed25519PublicKey peer, Progress progress) throws IOException {
        long start = System.nanoTime();
        Leg leg = reach(relay, progress);
        try {
            leg.say(new InitConnection.Connect(Octets.of(peer.bytes())));
            return tunnel(leg, peer, start, System.nanoTime());
        } catch (TimedOut e) {
            leg.abort();
            throw new TimedOut(
                    "the peer did not come to the relay at " + relay.hostAndPort() + " within "
                            + setupLimit().toMillis() + " ms",
                    e);
        } catch (NetworkFailure e) {
            leg.abort();
            throw e;
        } catch (IOException e) {
            leg.abort();
            throwIfInterrupted(e);
            throw new Refused(
                    "the relay at " + relay.hostAndPort()
                            + " closed the connection: the peer does not listen there, or does not want us",
                    e);
        }
    }

    /** Reaches a relay and says what for. */
    Leg reach(RelayAddress relay, InitConnection role, Progress progress) throws IOException {
        Leg leg = reach(relay, progress);
        try {
            leg.say(role);
            return leg;
        } catch (IOException e) {
            leg.abort();
            throw e;
        }
    }

    /**
     * Makes a tunnel's end of a leg that is, or is to be, joined with the peer's.
     *
     * @param leg taken over; aborted if it fails
     * @param startNanos when we began, as {@link System#nanoTime()}
     * @param metNanos when both were at the relay
     */
    OffsetConnection tunnel(Leg leg, Ed25519PublicKey peer, long startNanos, long metNanos) throws IOException {
        try {
            KeepAlive channel = channels.throughTunnel(leg.channel(), leg.stream(), peer, extensions);
            int inForce = extensions & channel.channel().peerExtensions();
            InetSocketAddress reached = leg.stream()
                    .remoteAddress()
                    .orElseThrow(() -> new IllegalStateException("a TCP connection has an address"));
            var report = Report.relayed(
                    new Route.Relayed(reached),
                    leg.roundTrip(),
                    Duration.ofNanos(metNanos - startNanos),
                    Duration.ofNanos(System.nanoTime() - startNanos));
            Tunnel tunnel = tunnels.begin(channel, inForce);
            return new OffsetConnection(tunnel, peer, leg.relay(), report, stream);
        } catch (IOException | RuntimeException e) {
            leg.abort();
            throw e;
        }
    }

    private static void throwIfInterrupted(IOException e) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw (InterruptedIOException) new InterruptedIOException("interrupted while connecting").initCause(e);
        }
    }
}
