package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.punch.Arrival;
import dev.posthouse.net.punch.Pacing;
import dev.posthouse.rdv.wire.Command;
import dev.posthouse.rdv.wire.HeaderLine;
import dev.posthouse.rdv.wire.Line;
import dev.posthouse.rdv.wire.Method;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * From the meeting to the choice: direct connections come about, each proves with a header line that its other end is the
 * peer (spec 5.1), and the dialer chooses (spec 5.2).
 *
 * <p>{@link #run} is called by one thread, which alone looks at candidates and chooses. A virtual thread takes arrivals,
 * and each connection's exchange has one of its own; they hand what is ready to the first through a queue, and end when
 * {@link #close()} aborts whatever was not chosen.
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

    /** Exchanges at a time with addresses that the peer has named, dialled or dialling. */
    private static final int PEERS = 32;

    /** Exchanges at a time with all others: a peer whose address the relay does not see is one of them. */
    private static final int STRANGERS = 16;

    /** What became of a connection whose handling failed for a reason of this process's own. */
    private static final String INTERNAL = "internal error";

    /** A candidate and the connection behind it. */
    private record Contender(Picker.Candidate candidate, ByteStream stream, Optional<Arrival> arrival) {}

    private final Rendezvous meeting;
    private final dev.posthouse.net.punch.@Nullable Race direct;
    private final LinkedBlockingQueue<Contender> ready = new LinkedBlockingQueue<>();
    private final List<Contender> seen = new ArrayList<>();

    private final Semaphore peers = new Semaphore(PEERS);
    private final Semaphore strangers = new Semaphore(STRANGERS);

    /** Connections whose exchange is under way or done; guarded by itself. */
    private final Set<ByteStream> unchosen = new HashSet<>();

    private boolean closed;

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
        this.direct = goDirect ? startPunching(meeting) : null;
    }

    private static dev.posthouse.net.punch.Race startPunching(Rendezvous meeting) throws IOException {
        Duration own = meeting.roundTrip();
        Duration mean =
                own.plus(meeting.response().peer().roundTrip().orElse(own)).dividedBy(2);
        return meeting.socket()
                .race(
                        meeting.response().peerAddrs().stream()
                                .map(AddressPort::toSocketAddress)
                                .toList(),
                        Pacing.from(mean));
    }

    /** Runs it to the choice. */
    Connection run(Picker picker) throws IOException, InterruptedException {
        if (meeting.method() == Method.DIAL) {
            // Before anything direct can come: a picker sees the relay first.
            ready.add(relayed(meeting.relay()));
        }
        if (direct != null) {
            Thread.ofVirtual().name("posthouse-arrivals").start(() -> takeArrivals(direct));
        }
        Contender chosen = meeting.method() == Method.DIAL ? choose(picker) : follow();
        settle(chosen);
        return connection(chosen);
    }

    // ---- direct connections

    private void takeArrivals(dev.posthouse.net.punch.Race race) {
        try {
            while (race.isOpen()) {
                race.next(Duration.ofDays(1)).ifPresent(this::takeOrAbort);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** There is no memory for a thread, for one: that ends this connection, and the next one is looked at. */
    private void takeOrAbort(Arrival arrival) {
        try {
            take(arrival);
        } catch (RuntimeException | Error e) {
            reject(arrival, INTERNAL);
        }
    }

    private void take(Arrival arrival) {
        Semaphore places = places(arrival);
        if (!places.tryAcquire()) {
            arrival.rejected("too many at a time");
            return;
        }
        if (!enter(arrival.stream())) {
            places.release();
            arrival.stream().abort();
            return;
        }
        try {
            Thread.ofVirtual().name("posthouse-exchange").start(() -> exchange(arrival, places));
        } catch (OutOfMemoryError e) {
            places.release();
            synchronized (unchosen) {
                unchosen.remove(arrival.stream());
            }
            arrival.stream().abort();
            throw e;
        }
    }

    /** Whoever finds the port and connects to it a hundred times takes no place of the peer's. */
    private Semaphore places(Arrival arrival) {
        boolean known = !arrival.inbound()
                || meeting.response().peerAddrs().stream().anyMatch(candidate -> candidate
                        .toSocketAddress()
                        .getAddress()
                        .equals(arrival.remote().getAddress()));
        return known ? peers : strangers;
    }

    private boolean enter(ByteStream stream) {
        synchronized (unchosen) {
            return !closed && unchosen.add(stream);
        }
    }

    /** Finds out who is at the other end. An acceptor then waits for the dialer's word. */
    private void exchange(Arrival arrival, Semaphore places) {
        ByteStream stream = arrival.stream();
        try {
            ByteStream rest;
            try {
                rest = Deadline.within(stream, headerLimit(), "the exchange of header lines", () -> headers(arrival));
            } finally {
                places.release();
            }
            if (meeting.method() == Method.ACCEPT) {
                Line second = Line.read(rest);
                if (!(Command.of(second) instanceof Command.Continue)) {
                    reject(arrival, "no CONTINUE");
                    return;
                }
                rest = second.rest();
            }
            ready.add(new Contender(
                    new Picker.Candidate(new Route.Direct(arrival.remote()), sinceMeeting()),
                    rest,
                    Optional.of(arrival)));
        } catch (IOException e) {
            reject(arrival, String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            // No memory, for one: it ends this connection.
            reject(arrival, INTERNAL);
            throw e;
        }
    }

    /**
     * Who has dialled us shows first that it is the peer, and is told nothing before: anybody can find the port. A peer
     * writes at once, the original too, so that nothing is lost by waiting for it. Whom we have dialled must be told first,
     * since it may wait for just that; between two of ours that is no token.
     *
     * @return what is behind the other's line
     */
    private ByteStream headers(Arrival arrival) throws IOException {
        if (!arrival.inbound()) {
            show(arrival);
        }
        Line line = Line.read(arrival.stream());
        HeaderLine header = HeaderLine.of(line);
        if (!meeting.proof().isShownBy(header, meeting.method())) {
            throw new ProtocolViolation(
                    header.method().equals(meeting.method().name()) ? "same method" : "not the peer");
        }
        if (arrival.inbound()) {
            show(arrival);
        }
        return line.rest();
    }

    private void show(Arrival arrival) throws IOException {
        arrival.stream().write(ByteBuffer.wrap(meeting.proof().line(meeting.method())));
    }

    /** Far longer than a peer needs; a connection that a NAT has made one-sided is then dialled again. */
    private Duration headerLimit() {
        Duration trips = meeting.roundTrip()
                .plus(meeting.response().peer().roundTrip().orElse(meeting.roundTrip()))
                .multipliedBy(4);
        return trips.compareTo(HEADER) > 0 ? trips : HEADER;
    }

    private void reject(Arrival arrival, String why) {
        synchronized (unchosen) {
            unchosen.remove(arrival.stream());
        }
        arrival.rejected(why);
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
        Contender last = direct == null || timeIsUp ? null : ready.poll(grace.toNanos(), TimeUnit.NANOSECONDS);
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
        synchronized (unchosen) {
            chosen.arrival().ifPresent(arrival -> unchosen.remove(arrival.stream()));
        }
        chosen.arrival().ifPresent(Arrival::chosen);
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

    private Connection connection(Contender chosen) {
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
                direct == null ? List.of() : direct.attempts(),
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
        List<ByteStream> losers;
        synchronized (unchosen) {
            closed = true;
            losers = List.copyOf(unchosen);
            unchosen.clear();
        }
        wake();
        if (direct != null) {
            direct.close();
        }
        losers.forEach(ByteStream::abort);
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
        return direct != null && direct.isOpen();
    }

    @Override
    public boolean exchangeUnderWay() {
        synchronized (unchosen) {
            return !unchosen.isEmpty();
        }
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
