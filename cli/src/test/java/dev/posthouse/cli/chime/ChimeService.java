package dev.posthouse.cli.chime;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Farewell;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.circuit.Joint;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.PeerKey;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.WaitRequest;
import dev.posthouse.relay.meet.WaitingPeers;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Chime at work: proves who peers are, and has them wait, in silence or with a reservation. */
final class ChimeService implements Service, ConnectionHandler {

    private static final int NONCE = 32;

    /** For a line to somebody who may not read. */
    private static final Duration WRITE = Duration.ofSeconds(5);

    private final ChimeDialect dialect;
    private final RelayServices services;
    private final WaitingPeers<SilentPeer> silent;
    private final WaitingPeers<Reservation> reservations;
    private final Set<ChimeMux> connections = ConcurrentHashMap.newKeySet();
    private final Optional<UdpBell> bell;

    ChimeService(ChimeDialect dialect, RelayServices services) throws IOException {
        this.dialect = dialect;
        this.services = services;
        this.silent = services.waitingPeers(ChimeDialect.NAME, SilentPeer.class);
        this.reservations = services.waitingPeers(ChimeDialect.NAME, Reservation.class);
        this.bell = dialect.udp().isPresent()
                ? Optional.of(new UdpBell(dialect.udp().get().resolve()))
                : Optional.empty();
    }

    RelayServices services() {
        return services;
    }

    WaitingPeers<Reservation> reservations() {
        return reservations;
    }

    @Override
    public void serve(Inbound arrived) throws IOException {
        Optional<Inbound> proved =
                Deadline.within(arrived.stream(), arrived.untilProved(), "finding out who rings", () -> prove(arrived));
        if (proved.isPresent()) {
            serveProved(proved.get());
        }
    }

    private void serveProved(Inbound peer) throws IOException {
        String wanted = Deadline.within(
                peer.stream(), peer.untilProved(), "what it wants", () -> Frames.readLine(peer.stream()));
        String name = wanted.substring(wanted.indexOf(' ') + 1);
        try {
            switch (wanted.split(" ", 2)[0]) {
                case "WAIT" -> meet(new SilentPeer(peer, Role.ACCEPTOR), name);
                case "RING" -> meet(new SilentPeer(peer, Role.DIALER), name);
                case "MUX" -> {
                    var mux = new ChimeMux(this, peer);
                    connections.add(mux);
                    try {
                        mux.run();
                    } finally {
                        connections.remove(mux);
                    }
                }
                default -> throw new ProtocolViolation("neither WAIT nor RING nor MUX");
            }
        } catch (InterruptedException e) {
            peer.abort();
            Thread.currentThread().interrupt();
        }
    }

    /** The peer signs what the tower draws. Empty if it may not ring, which it was told. */
    private Optional<Inbound> prove(Inbound arrived) throws IOException {
        String hello = Frames.readLine(arrived.stream());
        byte[] nonce = new byte[NONCE];
        ThreadLocalRandom.current().nextBytes(nonce);
        Frames.writeLine(arrived.stream(), Base64.getEncoder().encodeToString(nonce));
        String answer = Frames.readLine(arrived.stream());
        Ed25519PublicKey key;
        byte[] signature;
        try {
            key = Ed25519PublicKey.parse(hello.substring(ChimeDialect.HELLO.length()));
            signature = Base64.getDecoder().decode(answer);
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("no key, or no signature");
        }
        if (!key.verify(nonce, signature)) {
            throw new ProtocolViolation("it has another key");
        }
        if (!dialect.access().test(key, arrived.party().address())) {
            services.events()
                    .on(new RelayEvent.Refused(
                            Optional.of(ChimeDialect.NAME),
                            arrived.party().shown(),
                            Reason.UNAUTHORIZED,
                            "this key may not ring here"));
            refuse(arrived, Reason.UNAUTHORIZED, "");
            return Optional.empty();
        }
        return Optional.of(arrived.provedBy(new PeerKey(ChimeDialect.NAME, key.toString())));
    }

    /** How somebody waits under a name: half a minute in silence, or for as long as it likes. */
    static WaitRequest request(String name, Role role, boolean silently) {
        Optional<Duration> limit = silently ? Optional.of(Duration.ofSeconds(30)) : Optional.empty();
        return new WaitRequest(name, NameTag.of(name), role, Directory.Offer.NONE, limit);
    }

    private void meet(SilentPeer peer, String name) throws InterruptedException {
        WaitRequest request = request("silent/" + name, peer.role(), true);
        Optional<SilentPeer> met =
                silent.meet(peer, request, services.waitingRoom().arrival());
        if (met.isEmpty()) {
            return;
        }
        SilentPeer dialer = peer.role() == Role.DIALER ? peer : met.get();
        SilentPeer acceptor = peer.role() == Role.DIALER ? met.get() : peer;
        switch (services.admission().admitCircuit(dialer.party(), acceptor.party())) {
            case Admission.Answer.Denied denied -> {
                refused(dialer, denied);
                refused(acceptor, denied);
            }
            case Admission.Answer.Granted granted -> join(dialer, acceptor, request.tag(), granted.permit());
        }
    }

    private void refused(SilentPeer peer, Admission.Answer.Denied denied) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(ChimeDialect.NAME), peer.party().shown(), denied.reason(), denied.explanation()));
        peer.dismiss(denied.reason(), denied.explanation());
    }

    /** From here on there is one event of how it went on: the circuit's own, or that there was none. */
    private void join(SilentPeer dialer, SilentPeer acceptor, NameTag tag, Permit permit) {
        long number = services.circuits().nextNumber();
        services.events()
                .on(new RelayEvent.Met(
                        ChimeDialect.NAME,
                        number,
                        tag,
                        dialer.party().shown(),
                        acceptor.party().shown()));
        boolean told = false;
        try {
            tell(dialer);
            tell(acceptor);
            told = true;
        } catch (IOException e) {
            // One has left.
        } finally {
            if (!told) {
                // Nobody but this thread has the two.
                permit.close();
                dialer.leg().abort();
                acceptor.leg().abort();
                services.events()
                        .on(new RelayEvent.NotRelayed(
                                ChimeDialect.NAME, number, tag, Reason.PEER_GONE, Optional.empty(), Duration.ZERO));
            }
        }
        if (told) {
            services.circuits()
                    .open(new CircuitRequest(
                            ChimeDialect.NAME,
                            number,
                            tag,
                            dialer.leg(),
                            acceptor.leg(),
                            Joint.ofBytes(services.dataPath(), dialer.stream(), acceptor.stream()),
                            permit,
                            CircuitTerms.NONE,
                            Duration.ZERO,
                            end -> {}));
        }
    }

    private static void tell(SilentPeer peer) throws IOException {
        Deadline.within(peer.stream(), WRITE, "telling that they have met", () -> {
            Frames.writeLine(peer.stream(), "MET");
            return true;
        });
    }

    @Override
    public void refuse(Inbound connection, Reason why, String detail) {
        Farewell.say(connection, Frames.line("NO " + why.label()));
    }

    @Override
    public List<Entrance> entrances() {
        return List.of(new Entrance.FirstBytes(dialect, this));
    }

    @Override
    public void drain() {
        silent.close();
        reservations.close();
        connections.forEach(ChimeMux::endWithLastCircuit);
    }

    @Override
    public void close() {
        drain();
        connections.forEach(ChimeMux::abort);
        bell.ifPresent(UdpBell::close);
    }

    @Override
    public List<String> addresses(List<String> hosts) {
        Stream<String> byConnection = hosts.stream()
                .map(host -> "chime://" + host + "/" + dialect.tower().publicKey());
        return Stream.concat(byConnection, bell.stream().map(udp -> "chime+udp://127.0.0.1:" + udp.port()))
                .toList();
    }
}
