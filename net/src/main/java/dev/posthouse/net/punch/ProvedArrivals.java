package dev.posthouse.net.punch;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.connection.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The direct connections of a {@link Race}, of which each has shown who is at its other end before anybody sees it. Exchanges run side by
 * side, each on a virtual thread, within a time limit and as many at a time as a peer needs: whoever finds the port and connects to it a
 * hundred times takes no permit of the peer's.
 *
 * <p>Thread-safe. {@link #close} ends the race and aborts every connection that was not {@linkplain #choose chosen}.
 */
public final class ProvedArrivals implements AutoCloseable {

    /** Exchanges at a time with addresses that the peer has named, dialled or dialling. */
    private static final int PEERS = 32;

    /** Exchanges at a time with all others: a peer whose address nobody has named is one of them. */
    private static final int STRANGERS = 16;

    /** What became of a connection whose handling failed for a reason of this process's own. */
    private static final String INTERNAL = "internal error";

    /** How two ends of a connection find out who the other is. On a virtual thread of the connection's own; may block. */
    public interface Exchange {

        /**
         * Proves and has proved, within the time limit.
         *
         * @return the stream to go on with, from the first byte behind the exchange
         * @throws IOException if the other end is not the peer; its text goes to the {@linkplain Report report}
         */
        ByteStream prove(Arrival arrival) throws IOException;

        /**
         * Waits until the connection may be used, for as long as it takes: where the other end chooses, for its word. By default at once.
         *
         * @param proved what {@link #prove} has returned
         * @return the stream to go on with
         * @throws IOException if it may not
         */
        default ByteStream awaitChoice(ByteStream proved) throws IOException {
            return proved;
        }
    }

    /**
     * A connection to the peer.
     *
     * @param stream to go on with; aborted by {@link #close} unless it is chosen
     */
    public record Proved(Arrival arrival, ByteStream stream) {}

    private final Race race;
    private final Set<InetAddress> named;
    private final Exchange exchange;
    private final Duration limit;
    private final Consumer<Proved> ready;
    private final Semaphore peers = new Semaphore(PEERS);
    private final Semaphore strangers = new Semaphore(STRANGERS);
    /** Connections whose exchange is under way or done; guarded by itself. */
    private final Set<ByteStream> unchosen = new HashSet<>();

    private boolean closed;

    /**
     * Takes nothing before {@link #start}.
     *
     * @param race closed together with this
     * @param named addresses at which the peer has said that it may be reached
     * @param limit for {@link Exchange#prove}; positive
     * @param ready is given each connection that has proved itself, on its own thread; must not block
     */
    public ProvedArrivals(
            Race race, Set<InetAddress> named, Exchange exchange, Duration limit, Consumer<Proved> ready) {
        this.race = race;
        this.named = Set.copyOf(named);
        this.exchange = exchange;
        this.limit = limit;
        this.ready = ready;
    }

    /** Begins to take connections, on a thread of its own. Called once. */
    public void start() {
        Thread.ofVirtual().name("posthouse-arrivals").start(this::takeAll);
    }

    private void takeAll() {
        try {
            while (race.isOpen()) {
                race.next(Duration.ofDays(1)).ifPresent(this::takeOrReject);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** There is no memory for a thread, for one: that ends this connection, and the next one is looked at. */
    private void takeOrReject(Arrival arrival) {
        try {
            take(arrival);
        } catch (RuntimeException | Error e) {
            reject(arrival, INTERNAL);
        }
    }

    private void take(Arrival arrival) {
        Semaphore permits =
                !arrival.inbound() || named.contains(arrival.remote().getAddress()) ? peers : strangers;
        if (!permits.tryAcquire()) {
            arrival.rejected("too many at a time");
            return;
        }
        if (!enter(arrival.stream())) {
            permits.release();
            arrival.stream().abort();
            return;
        }
        try {
            Thread.ofVirtual().name("posthouse-exchange").start(() -> run(arrival, permits));
        } catch (OutOfMemoryError e) {
            permits.release();
            throw e;
        }
    }

    private boolean enter(ByteStream stream) {
        synchronized (unchosen) {
            return !closed && unchosen.add(stream);
        }
    }

    private void run(Arrival arrival, Semaphore permits) {
        try {
            ByteStream proved;
            try {
                proved = Deadline.within(
                        arrival.stream(), limit, "finding out who is at the other end", () -> exchange.prove(arrival));
            } finally {
                permits.release();
            }
            ready.accept(new Proved(arrival, exchange.awaitChoice(proved)));
        } catch (IOException e) {
            reject(arrival, String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            // No memory, for one: it ends this connection.
            reject(arrival, INTERNAL);
            throw e;
        }
    }

    private void reject(Arrival arrival, String why) {
        synchronized (unchosen) {
            unchosen.remove(arrival.stream());
        }
        arrival.rejected(why);
    }

    /** Takes one out: it is the caller's from now on, whatever becomes of the others. */
    public void choose(Arrival arrival) {
        synchronized (unchosen) {
            unchosen.remove(arrival.stream());
        }
        arrival.chosen();
    }

    /** Whether more may come. */
    public boolean isOpen() {
        return race.isOpen();
    }

    /** Whether there is a connection whose exchange is under way, or one that has proved itself and is not chosen. */
    public boolean isUnderWay() {
        synchronized (unchosen) {
            return !unchosen.isEmpty();
        }
    }

    /** What was tried so far, and what became of it. */
    public List<Report.Attempt> attempts() {
        return race.attempts();
    }

    /** Ends the attempts, and aborts every connection that was not chosen. A second call does nothing. */
    @Override
    public void close() {
        List<ByteStream> losers;
        synchronized (unchosen) {
            closed = true;
            losers = List.copyOf(unchosen);
            unchosen.clear();
        }
        race.close();
        losers.forEach(ByteStream::abort);
    }
}
