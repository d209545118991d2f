package dev.posthouse.relay.limit;

import dev.posthouse.net.Reason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Counts who waits and which circuits run, for each address, each key and in all, and says no past the {@link Limits}. Limits can
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

    /** One kind of thing that is counted: for each address, for each key, and in all. */
    private static final class Count {
        private final AtomicInteger all = new AtomicInteger();
        private final ConcurrentHashMap<Object, Integer> byWhom = new ConcurrentHashMap<>();

        boolean enterAll(int limit) {
            // Never a step past the limit, not even to step back: somebody else would be refused in that instant.
            int before = all.getAndUpdate(now -> limit > 0 && now >= limit ? now : now + 1);
            return limit == 0 || before < limit;
        }

        boolean enter(Claim claim) {
            var entered = new boolean[1];
            byWhom.compute(claim.whom(), (k, count) -> {
                int now = count == null ? 0 : count;
                entered[0] = claim.limit() == 0 || now < claim.limit();
                if (entered[0]) {
                    return now + 1;
                }
                return count;
            });
            return entered[0];
        }

        void leave(Object whom) {
            byWhom.computeIfPresent(whom, (k, count) -> count == 1 ? null : count - 1);
        }
    }

    /**
     * What one place counts for, besides all together.
     *
     * @param whom an {@link AddressKey} or a {@link PeerKey}
     * @param tooMany what whoever is past the limit is told
     */
    private record Claim(Object whom, int limit, String tooMany) {}

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

    /** Asks for a place to wait. */
    public Answer admitWaiting(Party party) {
        Limits now = limits;
        var claims = new LinkedHashSet<Claim>();
        claims.add(
                new Claim(party.addressKey(), now.waitingPerAddress(), "too many peers of your address are waiting"));
        party.key().ifPresent(key -> claims.add(new Claim(key, now.waitingPerKey(), "your key waits too often")));
        return admit(waiting, claims, now.waitingInAll(), "too many peers are waiting at this relay, try again later");
    }

    /** Asks for a circuit between two; an address or a key that is both ends' counts once. */
    public Answer admitCircuit(Party one, Party other) {
        Limits now = limits;
        var claims = new LinkedHashSet<Claim>();
        for (Party party : List.of(one, other)) {
            claims.add(new Claim(party.addressKey(), now.circuitsPerAddress(), "too many circuits of one address"));
            party.key()
                    .ifPresent(key -> claims.add(new Claim(key, now.circuitsPerKey(), "too many circuits of one key")));
        }
        return admit(circuits, claims, now.circuitsInAll(), "too many circuits run at this relay, try again later");
    }

    /**
     * All together last: the other way round one that is refused for its own limit would have held the last place of all for an
     * instant, in which somebody else is refused.
     */
    private static Answer admit(Count count, Set<Claim> claims, int inAll, String tooManyInAll) {
        // As small as can be: it is kept for as long as the place is.
        var whom = new Object[claims.size()];
        int entered = 0;
        for (Claim claim : claims) {
            if (!count.enter(claim)) {
                leave(count, whom, entered);
                return new Answer.Denied(Reason.LIMIT_PEER, claim.tooMany());
            }
            whom[entered++] = claim.whom();
        }
        if (!count.enterAll(inAll)) {
            leave(count, whom, entered);
            return new Answer.Denied(Reason.LIMIT_TOTAL, tooManyInAll);
        }
        return new Answer.Granted(new Permit(() -> {
            leave(count, whom, whom.length);
            count.all.decrementAndGet();
        }));
    }

    private static void leave(Count count, Object[] whom, int entered) {
        for (int i = 0; i < entered; i++) {
            count.leave(whom[i]);
        }
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
