package dev.posthouse.rdv.client;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.NameLookup;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.dial.HappyEyeballs.Dialed;
import dev.posthouse.net.dial.Target;
import dev.posthouse.net.httpproxy.FirstHop;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.punch.PunchSocket;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.wire.ServerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * From a socket to a stream on which a request can be sent to the relay: the name is resolved, TCP connected, a proxy asked
 * for a tunnel where one is to be used, and TLS begun. Everything together has one limit, and whatever of it fails says so
 * in the relay's terms: {@link RelayUnreachable} if it was not reached.
 *
 * <p>Immutable; runs on the calling thread. What it opens is its {@link Scope}'s.
 *
 * @param resolver asked for the relay's name, or the proxy's
 * @param proxies which relays are reached through a proxy
 * @param tls made when it is needed: reading the system's trust takes a while
 * @param limit for everything together, positive
 */
record WayToRelay(Resolver resolver, ProxyRules proxies, Supplier<TlsClient> tls, Duration limit) {

    /**
     * A connection to the relay.
     *
     * @param stream to the relay, inside TLS and a proxy's tunnel
     * @param address what was connected to: the relay, or the proxy
     * @param roundTrip to the relay, as far as it could be measured
     */
    record Reached(ByteStream stream, InetSocketAddress address, Duration roundTrip) {}

    /**
     * Reaches it.
     *
     * @param socket from whose port it is dialled
     * @throws RelayUnreachable if the relay or the proxy was not reached, within the limit
     * @throws AuthenticationFailed if one of them is not whom its certificate should name, or the proxy wants credentials
     * @throws dev.posthouse.net.Refused if the proxy does not allow it
     * @throws ProtocolViolation if one of them does not speak what it should
     */
    Reached reach(Scope scope, PunchSocket socket, ServerAddress server) throws IOException, InterruptedException {
        long end = System.nanoTime() + Timeouts.nanos(limit);
        FirstHop hop = FirstHop.towards(proxies, server.tls(), new Target(server.host(), server.port()));
        List<InetSocketAddress> addresses = resolve(scope, hop);
        scope.enter(new Scope.Stage.Reaching(hop.name() + " did not answer"));
        Dialed dialed = dial(socket, addresses, hop.name(), left(end));
        scope.own(dialed.stream());
        InetSocketAddress address = dialed.stream()
                .remoteAddress()
                .orElseThrow(() -> new RelayUnreachable("the connection to " + hop.name() + " broke at once"));
        if (hop.proxy().isEmpty()) {
            return new Reached(encrypted(scope, dialed.stream(), server, left(end)), address, dialed.roundTrip());
        }
        long asked = System.nanoTime();
        ByteStream tunnel = scope.own(hop.onwards(dialed.stream(), tls, left(end)), dialed.stream());
        // The proxy connects meanwhile, so this has the whole way in it; the connect had the way to the proxy alone.
        Duration roundTrip = Duration.ofNanos(System.nanoTime() - asked);
        scope.enter(new Scope.Stage.Reaching(
                "the relay " + server.hostAndPort() + ", behind " + hop.name() + ", did not answer"));
        return new Reached(encrypted(scope, tunnel, server, left(end)), address, roundTrip);
    }

    private List<InetSocketAddress> resolve(Scope scope, FirstHop hop) throws IOException, InterruptedException {
        String host = hop.target().host();
        scope.enter(new Scope.Stage.Reaching(NameLookup.notResolved(host)));
        try (NameLookup lookup = NameLookup.start(resolver, host)) {
            scope.own(lookup);
            List<InetAddress> found = lookup.await(limit);
            return found.stream()
                    .map(address -> new InetSocketAddress(address, hop.target().port()))
                    .toList();
        } catch (TimedOut | PeerUnreachable e) {
            String whose = hop.proxy().isPresent() ? "the proxy is not found: " : "";
            throw new RelayUnreachable(whose + e.getMessage(), e);
        }
    }

    private Dialed dial(PunchSocket socket, List<InetSocketAddress> addresses, String name, Duration left)
            throws IOException {
        try {
            return socket.dialRelay(name, addresses, left);
        } catch (TimedOut e) {
            throw new RelayUnreachable(name + " did not answer within " + Timeouts.inWords(limit), e);
        } catch (PeerUnreachable e) {
            throw new RelayUnreachable(String.valueOf(e.getMessage()), e);
        }
    }

    private ByteStream encrypted(Scope scope, ByteStream raw, ServerAddress server, Duration left) throws IOException {
        if (!server.tls()) {
            return raw;
        }
        String advice = server.hostAndPort() + " speaks no TLS: try " + server.other();
        try {
            return scope.own(tls.get().connect(raw, server.host(), left), raw);
        } catch (TimedOut e) {
            throw new RelayUnreachable(
                    "the relay " + server.hostAndPort() + " did not finish the TLS handshake within "
                            + Timeouts.inWords(limit) + "; if this port speaks no TLS, try " + server.other(),
                    e);
        } catch (ProtocolViolation e) {
            throw new ProtocolViolation(
                    String.valueOf(e.getMessage()).contains(TlsClient.NO_TLS)
                            ? advice
                            : e.getMessage() + "; if this port speaks no TLS, try " + server.other(),
                    e);
        } catch (NetworkFailure e) {
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // What a plain relay does: the first byte is none of its protocols.
            throw new ProtocolViolation(
                    "the connection ended at the beginning of the TLS handshake (" + e.getMessage()
                            + "): this port speaks no TLS: try " + server.other(),
                    e);
        }
    }

    private static Duration left(long end) {
        // Never zero, which would be no limit.
        return Duration.ofNanos(Math.max(1, end - System.nanoTime()));
    }
}
