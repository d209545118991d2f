package dev.posthouse.daemon.status;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.circuit.Circuit;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Sums since the start, in adders by dialect: no event waits for whoever looks, and who looks reads a few numbers however many
 * circuits run.
 *
 * <p>The bytes of a circuit are added to its dialect's sum piece by piece. {@link Carried} is how many were added so far: it is
 * made when the circuit opens and taken away when it closes, and whoever raises it, the end of the circuit or {@link
 * #catchUp}, adds by how much. It only rises, so no byte is counted twice and no sum ever shrinks; a circuit whose end was
 * counted has none any more, so one that is listed for a moment longer is left alone. What was read from one peer and never
 * reached the other, since the circuit broke, stays counted if somebody looked in between.
 *
 * <p>Any thread; there is no lock.
 */
public final class Totals implements RelayListener {

    /**
     * Bytes that were relayed.
     *
     * @param dialer from dialers to acceptors
     * @param acceptor from acceptors to dialers
     */
    public record Relayed(long dialer, long acceptor) {}

    /** The sums of one dialect. */
    private static final class Sums {
        private final LongAdder dialer = new LongAdder();
        private final LongAdder acceptor = new LongAdder();
        private final LongAdder opened = new LongAdder();
        private final LongAdder closed = new LongAdder();
    }

    /** What of one running circuit is in the sums of its dialect already. */
    private static final class Carried {
        private final Sums sums;
        private final AtomicLong dialer = new AtomicLong();
        private final AtomicLong acceptor = new AtomicLong();

        Carried(Sums sums) {
            this.sums = sums;
        }

        void upTo(long dialerBytes, long acceptorBytes) {
            raise(dialer, dialerBytes, sums.dialer);
            raise(acceptor, acceptorBytes, sums.acceptor);
        }

        private static void raise(AtomicLong counted, long bytes, LongAdder sum) {
            long before = counted.getAndAccumulate(bytes, Math::max);
            if (bytes > before) {
                sum.add(bytes - before);
            }
        }
    }

    private volatile Supplier<Collection<Circuit>> running = List::of;
    private final Map<String, Sums> byDialect = new ConcurrentHashMap<>();
    private final Map<Long, Carried> carried = new ConcurrentHashMap<>();
    private final Map<Reason, LongAdder> refused = new ConcurrentHashMap<>();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder relayed = new LongAdder();
    private final LongAdder direct = new LongAdder();
    private final LongAdder neither = new LongAdder();

    /**
     * Says which circuits run; called once, before the first event.
     *
     * @param circuits those whose events this hears; may list one for a moment after its end was told
     */
    public void watch(Supplier<Collection<Circuit>> circuits) {
        running = circuits;
    }

    @Override
    public void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Accepted e -> accepted.increment();
            case RelayEvent.Refused e ->
                refused.computeIfAbsent(e.reason(), reason -> new LongAdder()).increment();
            case RelayEvent.NotRelayed e -> (e.reason() == Reason.DIRECT ? direct : neither).increment();
            case RelayEvent.CircuitOpened e -> {
                Sums sums = of(e.dialect());
                carried.put(e.circuit(), new Carried(sums));
                relayed.increment();
                sums.opened.increment();
            }
            case RelayEvent.CircuitClosed e -> {
                Sums sums = of(e.dialect());
                Carried before = carried.remove(e.circuit());
                (before == null ? new Carried(sums) : before).upTo(e.dialerBytes(), e.acceptorBytes());
                sums.closed.increment();
            }
            case RelayEvent.Listening e -> {}
            case RelayEvent.Advice e -> {}
            case RelayEvent.WaitStarted e -> {}
            case RelayEvent.WaitEnded e -> {}
            case RelayEvent.Met e -> {}
            case RelayEvent.AcceptPaused e -> {}
            case RelayEvent.AcceptResumed e -> {}
            case RelayEvent.Fault e -> {}
        }
    }

    private Sums of(String dialect) {
        // Looked up first: computeIfAbsent may lock what is there already.
        Sums known = byDialect.get(dialect);
        return known != null ? known : byDialect.computeIfAbsent(dialect, name -> new Sums());
    }

    /**
     * Takes what the circuits that run have carried until now into the sums: once before somebody looks at them. Goes through the
     * circuits without a lock and copies nothing.
     */
    public void catchUp() {
        for (Circuit circuit : running.get()) {
            Carried counted = carried.get(circuit.id());
            if (counted != null) {
                counted.upTo(circuit.dialerBytes(), circuit.acceptorBytes());
            }
        }
    }

    /**
     * Bytes of one dialect's circuits: of those that ended, and what the others had carried at the last {@link #catchUp}. Never
     * less than it was before.
     */
    public Relayed relayedBytes(String dialect) {
        Sums sums = byDialect.get(dialect);
        return sums == null ? new Relayed(0, 0) : new Relayed(sums.dialer.sum(), sums.acceptor.sum());
    }

    /** {@link #relayedBytes(String)} of several dialects together. */
    public Relayed relayedBytes(Collection<String> dialects) {
        long dialer = 0;
        long acceptor = 0;
        for (String dialect : dialects) {
            Relayed one = relayedBytes(dialect);
            dialer += one.dialer();
            acceptor += one.acceptor();
        }
        return new Relayed(dialer, acceptor);
    }

    /** Circuits of one dialect that run, as the events tell it. */
    public long circuits(String dialect) {
        Sums sums = byDialect.get(dialect);
        if (sums == null) {
            return 0;
        }
        // In this order: one that opens and closes between the two is not seen as a missing one.
        long closed = sums.closed.sum();
        return sums.opened.sum() - closed;
    }

    /** Connections that a dialect took. */
    public long accepted() {
        return accepted.sum();
    }

    /** Pairs that took the relay. */
    public long relayed() {
        return relayed.sum();
    }

    /** Pairs that went direct. */
    public long direct() {
        return direct.sum();
    }

    /** Pairs that met and then did neither. */
    public long neither() {
        return neither.sum();
    }

    /** Connections and requests that were turned away, by reason; only reasons that occurred. */
    public Map<Reason, Long> refused() {
        var counts = new EnumMap<Reason, Long>(Reason.class);
        refused.forEach((reason, count) -> counts.put(reason, count.sum()));
        return counts;
    }
}
