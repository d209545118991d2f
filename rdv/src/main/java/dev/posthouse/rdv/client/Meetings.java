package dev.posthouse.rdv.client;

import dev.posthouse.net.Resolver;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.OwnAddresses;
import dev.posthouse.net.address.SourceProbe;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.punch.CandidatePolicy;
import dev.posthouse.net.punch.PunchSocket;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.wire.Extensions;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.RdvResponse;
import dev.posthouse.rdv.wire.ServerAddress;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a client meets peers at a server: from its own socket to the 101 that both get. Any thread.
 *
 * @param spaces which own addresses are offered
 * @param policy which of the peer's candidates may be dialled
 * @param headers the application's own
 * @param tls how https servers are trusted, unless as the system does
 * @param timeout for a whole call; zero for none
 */
record Meetings(
        AddressSpaces spaces,
        CandidatePolicy policy,
        Headers headers,
        Optional<TlsClient> tls,
        Resolver resolver,
        ProxyRules proxies,
        Duration timeout) {

    /** For reaching the server, the part that does not depend on the peer. */
    private static final Duration CONNECT = Duration.ofSeconds(15);

    /** Before anything is sent: the request could not be written. */
    void requireOneAuthorization(ServerAddress address) {
        if (address.credentials().isPresent()
                && headers.first(RdvRequest.AUTHORIZATION).isPresent()) {
            throw new IllegalArgumentException(
                    "the address has a user, and a header Authorization is given: leave one of the two out");
        }
    }

    /**
     * Reaches the server, asks, and waits for the peer.
     *
     * @param extraCandidates offered besides the own addresses, as far as there is room for nine in all
     * @param offer what is said to a peer that is one of ours, too
     * @throws LobbyVisits.BackToLobby if another visit may bring what this one did not
     * @throws IOException as {@link RdvClient#dial}
     */
    Rendezvous meet(
            Scope scope,
            Method method,
            ServerAddress server,
            Token token,
            List<AddressPort> extraCandidates,
            Extensions offer)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        PunchSocket socket = scope.own(PunchSocket.open(PunchSocket.Options.of(policy)));
        var way = new WayToRelay(resolver, proxies, this::trust, Scope.within(timeout, CONNECT));
        WayToRelay.Reached reached = way.reach(scope, socket, server);
        List<AddressPort> own = candidates(socket, extraCandidates);
        var extensions = new Extensions(Optional.of(reached.roundTrip()), offer.stream(), offer.nonce());
        byte[] request = RdvRequest.write(method, server, token, own, extensions, headers);
        scope.enter(new Scope.Stage.Waiting("nobody came under this word at the relay " + server.hostAndPort()));
        reached.stream().write(ByteBuffer.wrap(request));
        HeadReader.Received<ResponseHead> received =
                new Answers(server, method, token.target(server)).read(reached.stream());
        scope.enter(new Scope.Stage.Choosing());
        RdvResponse response = RdvResponse.parse(received.head());
        return new Rendezvous(
                method,
                token,
                proof(method, token, offer, response),
                received.rest(),
                reached.address(),
                socket,
                own,
                response,
                reached.roundTrip(),
                System.nanoTime(),
                start);
    }

    private static Proof proof(Method method, Token token, Extensions offered, RdvResponse response) {
        return response.peer()
                .nonce()
                .flatMap(peers -> offered.nonce().map(own -> Proof.ofMeeting(token, method, own, peers)))
                .orElseGet(() -> Proof.ofToken(token));
    }

    /** Reading the system's trust takes a while, so that only who needs it does. */
    private TlsClient trust() {
        return tls.orElseGet(TlsClient::trustingSystem);
    }

    private List<AddressPort> candidates(PunchSocket socket, List<AddressPort> extra) {
        var all = new ArrayList<>(OwnAddresses.probe(spaces, SourceProbe.udp()).candidates(socket.port()));
        all.addAll(extra);
        List<AddressPort> canonical = AddressPort.canonical(all);
        return canonical.subList(0, Math.min(canonical.size(), Rdv.MAX_SELF_ADDRS));
    }
}
