package dev.posthouse.cli.chime;

import dev.posthouse.cli.chime.Frames.Frame;
import dev.posthouse.cli.chime.Frames.Kind;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.SharedEnd;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.circuit.Joint;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.limit.Permit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection that carries many reservations and many circuits. */
final class ChimeMux {

    /** Circuits that the relay opens on a connection are numbered from here, those that the peer opens below. */
    private static final int OURS = 0x8000;

    private final ChimeService service;
    private final RelayServices services;
    private final Inbound connection;
    private final Frames frames;
    private final Map<Integer, ByteStream> circuits = new ConcurrentHashMap<>();
    private final Set<Integer> halfOver = ConcurrentHashMap.newKeySet();
    private final Set<Reservation> reservations = ConcurrentHashMap.newKeySet();
    private final AtomicInteger numbers = new AtomicInteger(OURS);
    private volatile boolean ending;

    ChimeMux(ChimeService service, Inbound connection) {
        this.service = service;
        this.services = service.services();
        this.connection = connection;
        this.frames = new Frames(connection.stream());
    }

    Party party() {
        return connection.party();
    }

    ByteStream stream() {
        return connection.stream();
    }

    /** Serves the connection until it ends, on the calling thread. */
    void run() throws IOException, InterruptedException {
        try {
            Optional<Frame> next = frames.read();
            while (next.isPresent()) {
                take(next.get());
                next = frames.read();
            }
        } finally {
            reservations.forEach(Reservation::end);
            circuits.values().forEach(ByteStream::abort);
            connection.close();
        }
    }

    private void take(Frame frame) throws IOException, InterruptedException {
        switch (frame.kind()) {
            case RESERVE -> reserve(frame.text());
            case CALL -> call(frame.circuit(), frame.text());
            case DATA -> {
                ByteStream circuit = circuits.get(frame.circuit());
                if (circuit != null) {
                    circuit.write(frame.payload());
                }
            }
            case END -> {
                ByteStream circuit = circuits.get(frame.circuit());
                if (circuit != null) {
                    circuit.shutdownOutput();
                    directionEnded(frame.circuit());
                }
            }
            default -> throw new ProtocolViolation("a peer does not say " + frame.kind());
        }
    }

    private void reserve(String name) throws InterruptedException {
        var reservation = new Reservation(this, name);
        Optional<Permit> place = service.reservations().admit(reservation);
        if (place.isPresent()) {
            reservations.add(reservation);
            service.reservations()
                    .announce(
                            reservation,
                            ChimeService.request(name, Role.ACCEPTOR, false),
                            place.get(),
                            reservation::begin,
                            older -> older.dismiss(Reason.REPLACED, "another one has its name"));
        }
    }

    void forget(Reservation over) {
        reservations.remove(over);
    }

    private void call(int number, String name) throws IOException {
        Optional<Reservation> called = service.reservations().find(name);
        if (called.isEmpty()) {
            frames.write(Frame.of(Kind.REFUSED, number, Reason.NO_PEER.label()));
            return;
        }
        ChimeMux callee = called.get().connection();
        switch (services.admission().admitCircuit(party(), callee.party())) {
            case Admission.Answer.Denied denied -> {
                services.events()
                        .on(new RelayEvent.Refused(
                                Optional.of(ChimeDialect.NAME),
                                party().shown(),
                                denied.reason(),
                                denied.explanation()));
                frames.write(Frame.of(Kind.REFUSED, number, denied.reason().label()));
            }
            case Admission.Answer.Granted granted -> {
                MemoryPair there = MemoryPair.create();
                MemoryPair back = MemoryPair.create();
                carry(number, there.left());
                int other = callee.numbers.getAndIncrement();
                callee.carry(other, back.left());
                callee.tell(
                        Frame.of(Kind.OPEN, other, party().key().orElseThrow().toString()));
                services.circuits()
                        .open(new CircuitRequest(
                                ChimeDialect.NAME,
                                services.circuits().nextNumber(),
                                NameTag.of(name),
                                new SharedEnd(connection, there.right()),
                                new SharedEnd(callee.connection, back.right()),
                                Joint.ofBytes(services.dataPath(), there.right(), back.right()),
                                granted.permit(),
                                CircuitTerms.NONE,
                                Duration.ZERO,
                                end -> {}));
            }
        }
    }

    /** What comes out of a circuit goes to the peer. */
    private void carry(int number, ByteStream circuit) {
        circuits.put(number, circuit);
        Thread.startVirtualThread(() -> {
            ByteBuffer buffer = ByteBuffer.allocate(Frames.LONGEST);
            try {
                while (circuit.read(buffer.clear()) >= 0) {
                    frames.write(new Frame(Kind.DATA, number, buffer.flip()));
                }
                frames.write(Frame.of(Kind.END, number, ""));
                directionEnded(number);
            } catch (IOException e) {
                tell(Frame.of(Kind.REFUSED, number, Reason.PEER_GONE.label()));
                over(number);
            }
        });
    }

    /** With the second one the circuit is over. */
    private void directionEnded(int number) {
        if (!halfOver.add(number)) {
            over(number);
        }
    }

    private void over(int number) {
        halfOver.remove(number);
        circuits.remove(number);
        endIfDone();
    }

    /** Says something without waiting for whoever does not read. */
    void tell(Frame frame) {
        Thread.startVirtualThread(() -> {
            try {
                frames.write(frame);
            } catch (IOException e) {
                connection.abort();
            }
        });
    }

    void endWithLastCircuit() {
        ending = true;
        endIfDone();
    }

    private void endIfDone() {
        if (ending && circuits.isEmpty()) {
            connection.close();
        }
    }

    void abort() {
        connection.abort();
    }
}
