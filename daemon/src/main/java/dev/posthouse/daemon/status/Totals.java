package dev.posthouse.daemon.status;

import dev.posthouse.relay.Circuit;
import dev.posthouse.relay.Reason;
import dev.posthouse.relay.RelayEvent;
import dev.posthouse.relay.RelayListener;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sums since the start. Bytes are those of circuits that ended, from their events, and of those that run, as they stand
 * now; a circuit that ends while somebody looks is counted once.
 *
 * <p>Guarded by this.
 */
public final class Totals implements RelayListener {

    /**
     * Bytes that were relayed.
     *
     * @param dialer from dialers to accepters
     * @param accepter from accepters to dialers
     */
    public record Relayed(long dialer, long accepter) {

        private Relayed plus(long moreDialer, long moreAccepter) {
            return new Relayed(dialer + moreDialer, accepter + moreAccepter);
        }

        /** Component by component the larger: so that a sum never seems to shrink. */
        private Relayed orMore(Relayed other) {
            return new Relayed(Math.max(dialer, other.dialer), Math.max(accepter, other.accepter));
        }
    }

    /** Ended circuits that may still be listed as running are looked through whenever so many are kept. */
    private static final int SWEEP = 1_024;

    private static final Relayed NOTHING = new Relayed(0, 0);

    private Supplier<Collection<Circuit>> running = List::of;
    private final Map<String, Relayed> ended = new HashMap<>();
    private final Map<String, Relayed> shown = new HashMap<>();
    private final Set<Long> endedButListed = new HashSet<>();
    private final Map<Reason, Long> refused = new EnumMap<>(Reason.class);
    private long accepted;
    private long relayed;
    private long direct;
    private long neither;

    /**
     * Says which circuits run; called once, before the first event.
     *
     * @param circuits those whose events this hears; may list one for a moment after its end was told
     */
    public synchronized void watch(Supplier<Collection<Circuit>> circuits) {
        running = circuits;
    }

    @Override
    public synchronized void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Accepted e -> accepted++;
            case RelayEvent.Refused e -> refused.merge(e.reason(), 1L, Long::sum);
            case RelayEvent.NotRelayed e -> {
                if (e.reason() == Reason.DIRECT) {
                    direct++;
                } else {
                    neither++;
                }
            }
            case RelayEvent.CircuitOpened e -> relayed++;
            case RelayEvent.CircuitClosed e -> {
                ended.merge(
                        e.dialect(),
                        new Relayed(e.dialerBytes(), e.accepterBytes()),
                        (sum, one) -> sum.plus(one.dialer, one.accepter));
                endedButListed.add(e.circuit());
                if (endedButListed.size() > SWEEP) {
                    forget(running.get());
                }
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

    /** Bytes of one dialect's circuits, those that run included. Never less than it was before. */
    public synchronized Relayed relayedBytes(String dialect) {
        // Under the lock: a circuit of this list whose end is not counted yet cannot be counted before we are done.
        Collection<Circuit> listed = running.get();
        forget(listed);
        Relayed sum = ended.getOrDefault(dialect, NOTHING);
        for (Circuit circuit : listed) {
            if (circuit.dialect().equals(dialect) && !endedButListed.contains(circuit.id())) {
                sum = sum.plus(circuit.dialerBytes(), circuit.accepterBytes());
            }
        }
        return shown.merge(dialect, sum, Relayed::orMore);
    }

    /** Bytes of all circuits, those that run included. */
    public synchronized Relayed relayedBytes(Collection<String> dialects) {
        Relayed sum = NOTHING;
        for (String dialect : dialects) {
            Relayed one = relayedBytes(dialect);
            sum = sum.plus(one.dialer, one.accepter);
        }
        return sum;
    }

    private void forget(Collection<Circuit> listed) {
        endedButListed.retainAll(listed.stream().map(Circuit::id).collect(Collectors.toSet()));
    }

    /** Connections that a dialect took. */
    public synchronized long accepted() {
        return accepted;
    }

    /** Pairs that took the relay. */
    public synchronized long relayed() {
        return relayed;
    }

    /** Pairs that went direct. */
    public synchronized long direct() {
        return direct;
    }

    /** Pairs that met and then did neither. */
    public synchronized long neither() {
        return neither;
    }

    /** Connections and requests that were turned away, by reason; only reasons that occurred. */
    public synchronized Map<Reason, Long> refused() {
        return new EnumMap<>(refused);
    }
}
