package dev.posthouse.relay.limit;

import dev.posthouse.net.Reason;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Counts who waits and which circuits run, for each address and in all, and says no past the {@link Limits}. Limits can
 * be changed while it runs: what was admitted stays, what comes next is counted against the new ones.
 *
 * <p>Lock-free; any thread.
 */
public final class Admission {

    /** Yes, with a place that is to be given back; or no, with a reason. */
    public sealed interface Answer {
        /** Admitted. */
        record Granted(Permit permit) implements Answer {}

        /**
         * Not admitted.
         *
         * @param reason one of the limit reasons
         * @param explanation for the peer and the log: names the limit, no address
         */
        record Denied(Reason reason, String explanation) implements Answer {}
    }

    /** One kind of thing that is counted. */
    private static final class Count {
        private final AtomicInteger all = new AtomicInteger();
        private final ConcurrentHashMap<AddressKey, Integer> byAddress = new ConcurrentHashMap<>();

        boolean enterAll(int limit) {
            // Never a step past the limit, not even to step back: somebody else would be refused in that instant.
            int before = all.getAndUpdate(now -> limit > 0 && now >= limit ? now : now + 1);
            return limit == 0 || before < limit;
        }

        boolean enter(AddressKey key, int limit) {
            var entered = new boolean[1];
            byAddress.compute(key, (k, count) -> {
                int now = count == null ? 0 : count;
                entered[0] = limit == 0 || now < limit;
                if (entered[0]) {
                    return now + 1;
                }
                return count;
            });
            return entered[0];
        }

        void leave(AddressKey key) {
            byAddress.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
        }
    }

    private volatile Limits limits;
    private final List<Consumer<Limits>> listeners = new CopyOnWriteArrayList<>();
    private final Count waiting = new Count();
    private final Count circuits = new Count();

    public Admission(Limits limits) {
        this.limits = limits;
    }

    /** The limits in force. */
    public Limits limits() {
        return limits;
    }

    /** Changes the limits for whatever comes next. */
    public void limits(Limits next) {
        limits = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    /** Has {@code listener} told of every change. */
    void onChange(Consumer<Limits> listener) {
        listeners.add(listener);
    }

    // An address first, and all together then: the other way round one that is refused for its own limit would have
    // held the last
    // place of all for an instant, in which somebody else is refused.

    /** Asks for a place to wait. */
    public Answer admitWaiting(AddressKey address) {
        Limits now = limits;
        if (!waiting.enter(address, now.waitingPerAddress())) {
            return new Answer.Denied(Reason.LIMIT_PEER, "too many peers of your address are waiting");
        }
        if (!waiting.enterAll(now.waitingInAll())) {
            waiting.leave(address);
            return new Answer.Denied(Reason.LIMIT_TOTAL, "too many peers are waiting at this relay, try again later");
        }
        return new Answer.Granted(new Permit(() -> {
            waiting.leave(address);
            waiting.all.decrementAndGet();
        }));
    }

    /** Asks for a circuit between two addresses; between one and itself it counts once. */
    public Answer admitCircuit(AddressKey one, AddressKey other) {
        Limits now = limits;
        if (!circuits.enter(one, now.circuitsPerAddress())) {
            return new Answer.Denied(Reason.LIMIT_PEER, "too many circuits of one address");
        }
        boolean two = !one.equals(other);
        if (two && !circuits.enter(other, now.circuitsPerAddress())) {
            circuits.leave(one);
            return new Answer.Denied(Reason.LIMIT_PEER, "too many circuits of one address");
        }
        if (!circuits.enterAll(now.circuitsInAll())) {
            circuits.leave(one);
            if (two) {
                circuits.leave(other);
            }
            return new Answer.Denied(Reason.LIMIT_TOTAL, "too many circuits run at this relay, try again later");
        }
        return new Answer.Granted(new Permit(() -> {
            circuits.leave(one);
            if (two) {
                circuits.leave(other);
            }
            circuits.all.decrementAndGet();
        }));
    }

    /** Peers that wait now. */
    public int waiting() {
        return waiting.all.get();
    }

    /** Circuits that run now. */
    public int circuits() {
        return circuits.all.get();
    }
}
