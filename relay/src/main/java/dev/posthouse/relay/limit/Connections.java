package dev.posthouse.relay.limit;

import dev.posthouse.net.Reason;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.budget.MemoryBudget;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The connections of all relays that share services, from accept until the descriptor is closed: in all, against the descriptors of
 * the process, and for each address, so that a flood from one leaves room for every other one; and the memory that is held for
 * them. Lock-free; any thread.
 */
public final class Connections {

    /**
     * What a connection costs while its first bytes are awaited: a thread's stack, buffers for what came, and the objects around the
     * socket. Measured with ten thousand half heads (docs/operations.md).
     */
    private static final int BEGINNING = 4 * 1024;

    private final Admission admission;
    private final Descriptors descriptors;
    private final MemoryBudget memory;
    private final AtomicLong all = new AtomicLong();
    private final ConcurrentHashMap<AddressKey, Integer> byAddress = new ConcurrentHashMap<>();

    /** Against the descriptors of this process. */
    public Connections(Admission admission) {
        this(admission, Descriptors.ofThisProcess());
    }

    /** Against so many descriptors. */
    public Connections(Admission admission, Descriptors descriptors) {
        this.admission = admission;
        this.descriptors = descriptors;
        this.memory = MemoryBudget.ofHeap();
        admission.limits().applyTo(memory);
        admission.onChange(limits -> limits.applyTo(memory));
    }

    /** Connections that are open now: handshakes, waiting peers and the ends of circuits. */
    public long open() {
        return all.get();
    }

    /** Connections that are open now from one address. */
    public int open(AddressKey owner) {
        return byAddress.getOrDefault(owner, 0);
    }

    /** How many connections the descriptor limit allows. */
    public Descriptors descriptors() {
        return descriptors;
    }

    /** What may be held for peers, and is. */
    public MemoryBudget memory() {
        return memory;
    }

    /** Whether descriptors are nearly used up, so that a newcomer should be refused with a reason at once. */
    public boolean overSoftLimit() {
        return all.get() > descriptors.softLimit();
    }

    /**
     * Counts a connection that was just accepted.
     *
     * @param owner whose it is; or null if that is known only when a proxy has said it, which {@link ConnectionPermit#moveTo} is then told
     * @param account whose memory it is until then
     * @param by who has accepted it
     * @throws OverLimit if a limit is reached
     */
    public ConnectionPermit admit(@Nullable AddressKey owner, AddressKey account, Object by) throws OverLimit {
        // Its own address first: a flood that is refused there takes nobody else's place, not even for an instant.
        if (owner != null) {
            enter(owner);
        }
        boolean counted = false;
        boolean admitted = false;
        try {
            long most = descriptors.hardLimit();
            counted = all.getAndUpdate(now -> now < most ? now + 1 : now) < most;
            if (!counted) {
                throw new OverLimit(Reason.LIMIT_DESCRIPTORS, "no descriptors left");
            }
            Holding holding = memory.open(account);
            var place = new ConnectionPermit(this, owner, holding, by);
            if (!holding.tryTake(BEGINNING)) {
                holding.close();
                throw OverLimit.memory();
            }
            admitted = true;
            return place;
        } finally {
            if (!admitted) {
                leave(owner);
                if (counted) {
                    leave();
                }
            }
        }
    }

    void enter(AddressKey owner) throws OverLimit {
        int limit = admission.limits().connectionsPerAddress();
        var entered = new boolean[1];
        byAddress.compute(owner, (key, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = limit == 0 || now < limit;
            return entered[0] ? Integer.valueOf(now + 1) : count;
        });
        if (!entered[0]) {
            throw new OverLimit(Reason.LIMIT_PEER, "too many connections of your address");
        }
    }

    void leave(@Nullable AddressKey owner) {
        if (owner != null) {
            byAddress.computeIfPresent(owner, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    void leave() {
        all.decrementAndGet();
    }
}
