package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.punch.Arrival;
import dev.posthouse.net.punch.Pacing;
import dev.posthouse.net.punch.ProvedArrivals;
import dev.posthouse.rdv.wire.Command;
import dev.posthouse.rdv.wire.Line;
import dev.posthouse.rdv.wire.Method;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * From the meeting to the choice: direct connections come about, each proves with a header line that its other end is the
 * peer (spec 5.1), and the dialer chooses (spec 5.2).
 *
 * <p>{@link #run} is called by one thread, which alone looks at candidates and chooses. Direct connections prove themselves on threads of
 * their own ({@link ProvedArrivals}); they hand what is ready to the first through a queue, and end when {@link #close()} aborts whatever
 * was not chosen.
 */
final class Race implements Picker.Race, AutoCloseable {

    /** For CONTINUE and OTHER; the original's 10 ms lose them over TLS and slow links (spec 10.2 #7). */
    private static final Duration WRITE = Duration.ofSeconds(5);

    /**
     * How long an acceptor goes on without its relay: the dialer's word on a direct connection is then on its way, or it
     * will not come (spec 10.2 #17).
     */
    private static final Duration WITHOUT_RELAY = Duration.ofSeconds(2);

    /** The least that an exchange of header lines is given. */
    private static final Duration HEADER = Duration.ofSeconds(1);

    /** A candidate and the connection behind it. */
    private record Contender(Picker.Candidate candidate, ByteStream stream, Optional<Arrival> arrival) {}

    private final Rendezvous meeting;
    private final Optional<ProvedArrivals> direct;
    private final LinkedBlockingQueue<Contender> ready = new LinkedBlockingQueue<>();
    private final List<Contender> seen = new ArrayList<>();

    private final AcknowledgedSettings settings;

    /** Stands in the queue for no connection at all: the end of an acceptor's relay stream, or of the whole race. */
    private final Contender nobody;

    private volatile boolean timeIsUp;

    /**
     * @param meeting goes on being its owner's to close
     * @param goDirect whether direct connections may be made at all
     * @param settings of the acknowledged stream, if that is spoken
     */
    Race(Rendezvous meeting, boolean goDirect, AcknowledgedSettings settings) throws IOException {
        this.meeting = meeting;
        this.settings = settings;
        this.nobody = new Contender(
                new Picker.Candidate(new Route.Relayed(meeting.relayAddress()), Duration.ofNanos(-1)),
                meeting.relay(),
                Optional.empty());
        this.direct = goDirect ? Optional.of(directConnections()) : Optional.empty();
    }

    private ProvedArrivals directConnections() throws IOException {
        Duration own = meeting.roundTrip();
        Duration peers = meeting.response().peer().roundTrip().orElse(own);
        List<InetSocketAddress> candidates = meeting.response().peerAddrs().stream()
                .map(AddressPort::toSocketAddress)
                .toList();
        // Far longer than a peer needs; a connection that a NAT has made one-sided is then dialled again.
        Duration trips = own.plus(peers).multipliedBy(4);
        return new ProvedArrivals(
                meeting.socket().race(candidates, Pacing.from(own.plus(peers).dividedBy(2))),
                candidates.stream().map(InetSocketAddress::getAddress).collect(Collectors.toSet()),
                new HeaderLines(meeting.proof(), meeting.method()),
                trips.compareTo(HEADER) > 0 ? trips : HEADER,
                proved -> ready.add(new Contender(
                        new Picker.Candidate(new Route.Direct(proved.arrival().remote()), sinceMeeting()),
                        proved.stream(),
                        Optional.of(proved.arrival()))));
    }

    /** Runs it to the choice. */
    StreamConnection run(Picker picker) throws IOException, InterruptedException {
        if (meeting.method() == Method.DIAL) {
            // Before anything direct can come: a picker sees the relay first.
            ready.add(relayed(meeting.relay()));
        }
        direct.ifPresent(ProvedArrivals::start);
        Contender chosen = meeting.method() == Method.DIAL ? choose(picker) : follow();
        settle(chosen);
        return connection(chosen);
    }

    // ---- the dialer's choice

    private Contender choose(Picker picker) throws IOException, InterruptedException {
        while (true) {
            Picker.Candidate wanted = picker.pick(this);
            Contender contender = seen.stream()
                    .filter(one -> one.candidate().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the picker chose what was no candidate: " + wanted));
            if (contender.arrival().isPresent()) {
                return contender;
            }
            Optional<ByteStream> alive = alive(contender.stream());
            if (alive.isPresent()) {
                return relayed(alive.get());
            }
            // The relay went away meanwhile: it is no candidate (spec 10.2 #18).
            seen.remove(contender);
        }
    }

    private Contender relayed(ByteStream stream) {
        return new Contender(
                new Picker.Candidate(new Route.Relayed(meeting.relayAddress()), sinceMeeting()),
                stream,
                Optional.empty());
    }

    /** Looks whether the relay has ended: it must not have sent anything yet. What it did send stays readable. */
    private static Optional<ByteStream> alive(ByteStream relay) {
        ByteBuffer peek = ByteBuffer.allocate(1);
        try {
            relay.readTimeout(Duration.ofMillis(1));
            int count = relay.read(peek);
            return count < 0 ? Optional.empty() : Optional.of(PushbackStream.of(relay, peek.flip()));
        } catch (TimedOut e) {
            return Optional.of(relay);
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            relay.readTimeout(Duration.ZERO);
        }
    }

    // ---- the acceptor's wait

    private Contender follow() throws IOException, InterruptedException {
        Thread.ofVirtual().name("posthouse-relay-word").start(this::awaitRelayWord);
        Contender first = ready.take();
        if (!first.equals(nobody)) {
            return first;
        }
        Duration grace = WITHOUT_RELAY.plus(meeting.roundTrip().multipliedBy(4));
        Contender last = direct.isEmpty() || timeIsUp ? null : ready.poll(grace.toNanos(), TimeUnit.NANOSECONDS);
        if (last == null || last.equals(nobody)) {
            throw new PeerUnreachable(
                    "the relay closed the connection before the peer chose a route, and no direct one was chosen");
        }
        return last;
    }

    private void awaitRelayWord() {
        Contender contender = nobody;
        try {
            Line line = Line.read(meeting.relay());
            if (Command.of(line) instanceof Command.Continue) {
                contender = relayed(line.rest());
            }
        } catch (IOException e) {
            // It ended, or brought something else: it is no candidate any more.
        } finally {
            // Whatever was thrown, somebody waits for this.
            ready.add(contender);
        }
    }

    // ---- the end

    /** Losers go first; OTHER is the last thing before CONTINUE (spec 5.2). */
    private void settle(Contender chosen) throws IOException {
        try {
            tell(chosen);
        } catch (IOException e) {
            chosen.stream().abort();
            throw e;
        }
    }

    private void tell(Contender chosen) throws IOException {
        direct.ifPresent(all -> chosen.arrival().ifPresent(all::choose));
        close();
        boolean dialer = meeting.method() == Method.DIAL;
        if (chosen.candidate().route() instanceof Route.Direct route) {
            if (dialer) {
                try {
                    write(meeting.relay(), new Command.Other(Optional.of(AddressPort.of(route.remote()))));
                } catch (IOException e) {
                    // For the relay's statistics only.
                }
            }
            closeQuietly(meeting.relay());
        }
        if (dialer) {
            write(chosen.stream(), new Command.Continue());
        }
    }

    private static void write(ByteStream stream, Command command) throws IOException {
        Deadline.within(stream, WRITE, "telling the choice", () -> stream.write(ByteBuffer.wrap(command.write())));
    }

    private static void closeQuietly(ByteStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // It is gone already.
        }
    }

    private StreamConnection connection(Contender chosen) {
        List<InetSocketAddress> own = meeting.ownCandidates().stream()
                .map(AddressPort::toSocketAddress)
                .toList();
        Route route = chosen.candidate().route();
        var report = new Report(
                route,
                own,
                meeting.response().observed().map(AddressPort::toSocketAddress),
                meeting.response().peerAddrs().stream()
                        .map(AddressPort::toSocketAddress)
                        .toList(),
                direct.map(ProvedArrivals::attempts).orElse(List.of()),
                meeting.roundTrip(),
                Duration.ofNanos(meeting.metNanos() - meeting.startNanos()),
                Duration.ofNanos(System.nanoTime() - meeting.startNanos()));
        return new RdvConnection(stream(chosen.stream()), route, report);
    }

    /** As both have said: the acknowledged stream, or the bytes alone. */
    private ByteStream stream(ByteStream chosen) {
        return meeting.response().peer().stream().isPresent() ? AcknowledgedStream.over(chosen, settings) : chosen;
    }

    /** Ends the attempts and aborts every direct connection that was not chosen. */
    @Override
    public void close() {
        wake();
        direct.ifPresent(ProvedArrivals::close);
    }

    /** The call's time is up: whatever the picker asks from now on tells it to come to an end. */
    void timeIsUp() {
        wake();
        meeting.socket().close();
    }

    /** Nobody waits any longer: neither a picker, for as long as it likes, nor an acceptor. */
    private void wake() {
        timeIsUp = true;
        ready.add(nobody);
    }

    // ---- what a picker sees

    @Override
    public Optional<Picker.Candidate> next(Duration limit) throws InterruptedException {
        Contender next = ready.poll(timeIsUp ? 0 : limit.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null || next.equals(nobody)) {
            return Optional.empty();
        }
        seen.add(next);
        return Optional.of(next.candidate());
    }

    @Override
    public List<Picker.Candidate> candidates() {
        return seen.stream().map(Contender::candidate).toList();
    }

    @Override
    public boolean directIsPossible() {
        return direct.filter(ProvedArrivals::isOpen).isPresent();
    }

    @Override
    public boolean exchangeUnderWay() {
        return direct.filter(ProvedArrivals::isUnderWay).isPresent();
    }

    @Override
    public Duration roundTrip() {
        return meeting.roundTrip();
    }

    @Override
    public Optional<Duration> peerRoundTrip() {
        return meeting.response().peer().roundTrip();
    }

    @Override
    public Duration elapsed() {
        return timeIsUp ? Duration.ofDays(1) : sinceMeeting();
    }

    private Duration sinceMeeting() {
        return Duration.ofNanos(System.nanoTime() - meeting.metNanos());
    }
}
