package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.rdv.wire.Command;
import dev.posthouse.rdv.wire.Extensions;
import dev.posthouse.rdv.wire.Line;
import dev.posthouse.rdv.wire.RdvResponse;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.circuit.Joint;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;

/**
 * From the meeting of two peers to the dialer's choice (spec 4.1, 4.2): both get their 101, dialer first, each in one
 * write; the dialer says {@code CONTINUE}, and a circuit begins, or {@code OTHER}, and both are closed.
 *
 * <p>Runs on the thread of whoever came second.
 */
final class RouteChoice {

    /** For a 101 or a CONTINUE to be taken by the system: it is far smaller than an empty send buffer. */
    private static final Duration WRITE = Duration.ofSeconds(5);

    private final RelayServices services;
    private final PairHandler handler;
    private final Lobby lobby;

    RouteChoice(RelayServices services, PairHandler handler, Lobby lobby) {
        this.services = services;
        this.handler = handler;
        this.lobby = lobby;
    }

    /** The pair while it lasts here. */
    private record Pair(long number, RdvPeer dialer, RdvPeer acceptor, long start, Permit place) {
        Duration took() {
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }

    /** Two peers met; takes both over. */
    void run(RdvPeer one, RdvPeer other) throws InterruptedException {
        boolean dialed = one.request().method().role() == Role.DIALER;
        RdvPeer dialer = dialed ? one : other;
        RdvPeer acceptor = dialed ? other : one;
        try {
            meet(dialer, acceptor);
        } catch (RuntimeException | Error e) {
            // This thread's own connection is seen to by whoever called; nobody else has the other.
            dialer.leg().abort();
            acceptor.leg().abort();
            throw e;
        }
    }

    private void meet(RdvPeer dialer, RdvPeer acceptor) throws InterruptedException {
        switch (services.admission()
                .admitCircuit(dialer.leg().party(), acceptor.leg().party())) {
            case Admission.Answer.Denied denied -> {
                var refusal = new Refusal(503, denied.explanation(), denied.reason());
                refused(dialer, refusal);
                refused(acceptor, refusal);
            }
            case Admission.Answer.Granted granted -> {
                var pair = new Pair(
                        services.circuits().nextNumber(), dialer, acceptor, System.nanoTime(), granted.permit());
                try {
                    services.events()
                            .on(new RelayEvent.Met(
                                    RdvServer.NAME, pair.number(), dialer.tag(), address(dialer), address(acceptor)));
                    decide(pair);
                } catch (RuntimeException | Error e) {
                    pair.place().close();
                    throw e;
                }
            }
        }
    }

    private void decide(Pair pair) throws InterruptedException {
        PairHandler.Verdict verdict;
        try {
            verdict = handler.decide(
                    new PairHandler.Peer(pair.dialer().request(), pair.dialer().observed()),
                    new PairHandler.Peer(
                            pair.acceptor().request(), pair.acceptor().observed()));
        } catch (RuntimeException | Error e) {
            services.events().on(new RelayEvent.Fault("asking the pair handler", e));
            verdict = new PairHandler.Verdict.Reject(Refusal.INTERNAL);
        }
        switch (verdict) {
            case PairHandler.Verdict.Reject reject -> {
                pair.place().close();
                refused(pair.dialer(), reject.refusal());
                refused(pair.acceptor(), reject.refusal());
                notRelayed(pair, reject.refusal().reason(), Optional.empty());
            }
            case PairHandler.Verdict.Relay relay -> greet(pair, relay);
        }
    }

    private void refused(RdvPeer peer, Refusal refusal) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(RdvServer.NAME), peer.leg().party().shown(), refusal.reason(), refusal.body()));
        peer.dismiss(refusal);
    }

    private void greet(Pair pair, PairHandler.Verdict.Relay terms) throws InterruptedException {
        try {
            write(pair.dialer(), response(pair.dialer(), pair.acceptor()));
        } catch (IOException e) {
            // The dialer is gone and the acceptor knows of nothing: it goes on waiting (spec 10.2 #8).
            pair.dialer().leg().abort();
            pair.place().close();
            notRelayed(pair, Reason.PEER_GONE, Optional.empty());
            try {
                lobby.join(pair.acceptor());
            } catch (InterruptedException | RuntimeException | Error failed) {
                // The connection that this thread serves is not always the acceptor's: then nobody else would close it.
                pair.acceptor().leg().abort();
                throw failed;
            }
            return;
        }
        try {
            write(pair.acceptor(), response(pair.acceptor(), pair.dialer()));
            Line line = Deadline.within(
                    pair.dialer().leg().stream(),
                    services.admission().limits().choice(),
                    "choosing a route",
                    () -> Line.read(pair.dialer().leg().stream()));
            switch (Command.of(line)) {
                case Command.Continue go -> {
                    write(pair.acceptor(), go.write());
                    open(pair, line.rest(), terms);
                }
                case Command.Other other ->
                    end(
                            pair,
                            Reason.DIRECT,
                            other.address()
                                    .filter(address -> address.address().zone().isEmpty())
                                    .map(AddressPort::toSocketAddress));
            }
        } catch (TimedOut e) {
            end(pair, Reason.HANDSHAKE_TIMEOUT, Optional.empty());
        } catch (ProtocolViolation e) {
            end(pair, Reason.PROTOCOL_ERROR, Optional.empty());
        } catch (ClosedByInterruptException e) {
            end(pair, Reason.SHUTDOWN, Optional.empty());
        } catch (IOException e) {
            end(pair, Reason.PEER_GONE, Optional.empty());
        } catch (RuntimeException | Error e) {
            // The application's taps run here, and the peer that waited has nobody else to close it.
            services.events().on(new RelayEvent.Fault("opening a circuit", e));
            end(pair, Reason.INTERNAL, Optional.empty());
        }
    }

    private void open(Pair pair, ByteStream dialerFromHere, PairHandler.Verdict.Relay terms) {
        Inbound dialer = pair.dialer().leg().with(terms.tapDialer().apply(dialerFromHere));
        Inbound acceptor = pair.acceptor().leg().with(terms.tapAcceptor().apply(pair.acceptor().leg().stream()));
        pair.dialer().forgetRequest();
        pair.acceptor().forgetRequest();
        services.circuits()
                .open(new CircuitRequest(
                        RdvServer.NAME,
                        pair.number(),
                        pair.dialer().tag(),
                        dialer,
                        acceptor,
                        Joint.ofBytes(services.dataPath(), dialer.stream(), acceptor.stream()),
                        pair.place(),
                        CircuitTerms.ofBoth(terms.meters()),
                        pair.took(),
                        terms.onEnd()));
    }

    /** Both are closed without a word, as the original does (spec 4.2 #3). */
    private void end(Pair pair, Reason reason, Optional<InetSocketAddress> direct) {
        pair.dialer().leg().close();
        pair.acceptor().leg().close();
        pair.place().close();
        notRelayed(pair, reason, direct);
    }

    private void notRelayed(Pair pair, Reason reason, Optional<InetSocketAddress> direct) {
        services.events()
                .on(new RelayEvent.NotRelayed(
                        RdvServer.NAME, pair.number(), pair.dialer().tag(), reason, direct, pair.took()));
    }

    private static byte[] response(RdvPeer to, RdvPeer about) {
        return new RdvResponse(
                        about.candidates(),
                        to.observed(),
                        Extensions.answer(
                                to.request().extensions(), about.request().extensions()))
                .write();
    }

    private static void write(RdvPeer peer, byte[] bytes) throws IOException {
        Deadline.within(
                peer.leg().stream(), WRITE, "writing", () -> peer.leg().stream().write(ByteBuffer.wrap(bytes)));
    }

    private static InetSocketAddress address(RdvPeer peer) {
        return peer.leg().party().shown();
    }
}
