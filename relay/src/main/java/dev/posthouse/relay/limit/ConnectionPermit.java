package dev.posthouse.relay.limit;

import dev.posthouse.net.budget.Holding;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection's place in the counts of {@link Connections}, from accept until its descriptor is closed, and the memory that is held
 * for it. Closing it again does nothing. Thread-safe.
 */
public final class ConnectionPermit implements AutoCloseable {

    /** One that counts nowhere: of a connection that a program has accepted itself. */
    public static ConnectionPermit uncounted() {
        return new ConnectionPermit(null, null, Holding.uncounted(), null);
    }

    /** Who gives the place back; one value, so that it is given back once. */
    private record Counted(Connections by, @Nullable AddressKey owner) {}

    private final AtomicReference<@Nullable Counted> counted;
    private final Holding holding;
    private final @Nullable Object acceptedBy;

    ConnectionPermit(
            @Nullable Connections by, @Nullable AddressKey owner, Holding holding, @Nullable Object acceptedBy) {
        this.counted = new AtomicReference<>(by == null ? null : new Counted(by, owner));
        this.holding = holding;
        this.acceptedBy = acceptedBy;
    }

    /** Whether it was {@code relay} that accepted it, of those that share services. */
    public boolean isAcceptedBy(Object relay) {
        return relay.equals(acceptedBy);
    }

    /** What is held for this connection. */
    public Holding holding() {
        return holding;
    }

    /**
     * Counts for another address from now on: that of the peer for whom a proxy says that it speaks.
     *
     * @throws OverLimit if that address has as much already as it may; the place is then still its former owner's
     */
    public void moveTo(AddressKey owner) throws OverLimit {
        Counted now = counted.get();
        if (now == null || owner.equals(now.owner())) {
            return;
        }
        now.by().enter(owner);
        if (!holding.moveTo(owner)) {
            now.by().leave(owner);
            throw OverLimit.memory();
        }
        if (counted.compareAndSet(now, new Counted(now.by(), owner))) {
            now.by().leave(now.owner());
        } else {
            now.by().leave(owner); // closed meanwhile
        }
    }

    @Override
    public void close() {
        Counted now = counted.getAndSet(null);
        holding.close();
        if (now != null) {
            now.by().leave(now.owner());
            now.by().leave();
        }
    }
}
