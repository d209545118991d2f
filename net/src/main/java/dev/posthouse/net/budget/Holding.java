package dev.posthouse.net.budget;

import dev.posthouse.net.LimitExceeded;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * What is held for one connection. Closing it gives everything back; from then on nothing is counted any more, since whoever still
 * works for the connection is about to end. Thread-safe.
 */
public final class Holding implements AutoCloseable {

    private final @Nullable MemoryBudget budget;
    // Guarded by this; read by anybody.
    private volatile MemoryBudget.@Nullable Account account;
    // Guarded by this.
    private long held;

    Holding(@Nullable MemoryBudget budget, MemoryBudget.@Nullable Account account) {
        this.budget = budget;
        this.account = account;
    }

    /** One that counts nowhere: of a connection of our own, say, or of a program that trusts its peers. */
    public static Holding uncounted() {
        return new Holding(null, null);
    }

    /**
     * Takes bytes if the budget has them.
     *
     * @param bytes not negative
     * @return whether it has; if not, nothing was taken
     */
    public synchronized boolean tryTake(long bytes) {
        MemoryBudget from = budget;
        MemoryBudget.Account mine = account;
        if (from == null || mine == null) {
            return true;
        }
        if (!from.tryTake(mine, bytes)) {
            return false;
        }
        held += bytes;
        return true;
    }

    /**
     * Takes bytes; waits for them while the budget is used up. To be called with nothing taken that others wait for, or two might
     * wait for each other until the patience of one ends.
     *
     * @param bytes not negative
     * @param what they are for, for the error: "a message"
     * @throws LimitExceeded if none became free in time
     * @throws ClosedByInterruptException if interrupted, which stays set
     */
    public void take(long bytes, String what) throws LimitExceeded, ClosedByInterruptException {
        MemoryBudget from = budget;
        if (from == null || tryTake(bytes)) {
            return;
        }
        try {
            if (!from.await(() -> tryTake(bytes))) {
                throw new LimitExceeded(
                        "the memory that may be held for one address, or for all, is used up: there are no " + bytes
                                + " bytes for " + what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    /** Gives bytes back, at most what is held. */
    public void give(long bytes) {
        MemoryBudget to = budget;
        if (to != null) {
            synchronized (this) {
                MemoryBudget.Account mine = account;
                long back = mine == null ? 0 : Math.min(bytes, held);
                if (mine != null) {
                    held -= back;
                    to.give(mine, back);
                }
            }
            to.tellWaiting();
        }
    }

    /** Bytes that are held now. */
    public synchronized long held() {
        return held;
    }

    /** Whether this owner has used more than half of its share, or all together nearly everything: time to hold less than would be fastest. */
    public boolean isCrowded() {
        MemoryBudget from = budget;
        MemoryBudget.Account mine = account;
        return from != null && mine != null && from.isCrowded(mine);
    }

    /**
     * Counts for another owner from now on: the one for whom a proxy says that it speaks.
     *
     * @param owner as for {@link MemoryBudget#open}
     * @return whether that owner may have what is held; if not, nothing has changed
     */
    public boolean moveTo(Object owner) {
        MemoryBudget of = budget;
        if (of == null) {
            return true;
        }
        synchronized (this) {
            MemoryBudget.Account former = account;
            if (former == null) {
                return true;
            }
            MemoryBudget.Account next = of.enter(owner);
            of.give(former, held);
            if (!of.tryTake(next, held)) {
                // Back to the former one, whose it was a moment ago; past its limit for once, if somebody was quicker.
                of.force(former, held);
                of.leave(next);
                return false;
            }
            account = next;
            of.leave(former);
        }
        of.tellWaiting();
        return true;
    }

    @Override
    public void close() {
        MemoryBudget to = budget;
        if (to != null) {
            synchronized (this) {
                MemoryBudget.Account mine = account;
                if (mine != null) {
                    to.give(mine, held);
                    held = 0;
                    account = null;
                    to.leave(mine);
                }
            }
            to.tellWaiting();
        }
    }
}
