package dev.posthouse.net.budget;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes may be held for peers: in all, and for each owner, who is whatever limits count (an address, a key).
 *
 * <p>What is counted is what somebody could make us hold, before it is allocated; an estimate on the safe side where the true
 * size is known only afterwards. Thread-safe.
 */
public final class MemoryBudget {

    /** A share of the heap: the rest is for the relay itself, for what dies young, and for the collector. */
    private static final int SHARE_OF_HEAP = 4;

    /** So many owners at least must come together to use everything up. */
    private static final int OWNERS = 16;

    /** What an owner gets where a sixteenth is less: a pair of peers with the longest messages must be able to go on. */
    private static final long LEAST_FOR_AN_OWNER = 8 << 20;

    /** Where a sixteenth is less than the least, at most this share. */
    private static final int FEWEST_OWNERS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What one owner has. */
    static final class Account {
        private final Object owner;
        private final AtomicLong held = new AtomicLong();
        // Guarded by its place in the map.
        private int holdings = 1;

        Account(Object owner) {
            this.owner = owner;
        }
    }

    private final ConcurrentHashMap<Object, Account> accounts = new ConcurrentHashMap<>();
    private final AtomicLong held = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Object freed = new Object();
    private final Duration patience;
    private volatile long inAll;
    private volatile long perOwner;

    /**
     * A budget.
     *
     * @param inAll bytes; 0 for no limit
     * @param perOwner bytes; 0 for no limit
     * @throws IllegalArgumentException if one is negative
     */
    public MemoryBudget(long inAll, long perOwner) {
        this(inAll, perOwner, PATIENCE);
    }

    /**
     * The same, with another patience than ten seconds.
     *
     * @param patience how long {@link Holding#take} waits at most
     * @throws IllegalArgumentException if a limit is negative
     */
    public MemoryBudget(long inAll, long perOwner, Duration patience) {
        this.patience = patience;
        limits(inAll, perOwner);
    }

    /** A quarter of the largest heap in all, and {@link #forOwner} of that. */
    public static MemoryBudget ofHeap() {
        return new MemoryBudget(ofHeapInAll(), forOwner(ofHeapInAll()));
    }

    /** A quarter of the largest heap that this process may have, in bytes. */
    public static long ofHeapInAll() {
        return Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    }

    /** What one owner may have of {@code inAll}: a sixteenth, but 8 MiB where that is at most a quarter. */
    public static long forOwner(long inAll) {
        return Math.max(inAll / OWNERS, Math.min(LEAST_FOR_AN_OWNER, inAll / FEWEST_OWNERS));
    }

    /**
     * Changes the limits for whatever is taken from now on; what is held stays.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public void limits(long newInAll, long newPerOwner) {
        if (newInAll < 0 || newPerOwner < 0) {
            throw new IllegalArgumentException(
                    "a budget is zero (no limit) or more bytes, not " + newInAll + " and " + newPerOwner);
        }
        inAll = newInAll;
        perOwner = newPerOwner;
        tellWaiting();
    }

    /** Bytes that may be held in all; 0 for no limit. */
    public long inAll() {
        return inAll;
    }

    /** Bytes that may be held for one owner; 0 for no limit. */
    public long perOwner() {
        return perOwner;
    }

    /** Bytes that are held now. */
    public long held() {
        return held.get();
    }

    /** Bytes that are held for an owner now. */
    public long held(Object owner) {
        Account account = accounts.get(owner);
        return account == null ? 0 : account.held.get();
    }

    /** How many owners have a holding. */
    public int owners() {
        return accounts.size();
    }

    /** Opens an empty holding: of one connection, say. To be closed. */
    public Holding open(Object owner) {
        return new Holding(this, enter(owner));
    }

    Account enter(Object owner) {
        return accounts.compute(owner, (key, there) -> {
            if (there == null) {
                return new Account(key);
            }
            there.holdings++;
            return there;
        });
    }

    void leave(Account account) {
        accounts.computeIfPresent(account.owner, (key, there) -> --there.holdings == 0 ? null : there);
    }

    boolean tryTake(Account account, long bytes) {
        if (!add(account.held, bytes, perOwner)) {
            return false;
        }
        if (!add(held, bytes, inAll)) {
            account.held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    private static boolean add(AtomicLong count, long bytes, long limit) {
        // Never a step past the limit, not even to step back: somebody else would be refused in that instant.
        while (true) {
            long now = count.get();
            if (limit > 0 && now + bytes > limit) {
                return false;
            }
            if (count.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    void force(Account account, long bytes) {
        account.held.addAndGet(bytes);
        held.addAndGet(bytes);
    }

    void give(Account account, long bytes) {
        account.held.addAndGet(-bytes);
        held.addAndGet(-bytes);
    }

    /** To be called after something was given back, with no lock held. */
    void tellWaiting() {
        if (waiting.get() > 0) {
            synchronized (freed) {
                freed.notifyAll();
            }
        }
    }

    /** Whether more than half of what an owner may have is held, or nearly all of what all may. */
    boolean isCrowded(Account account) {
        long one = perOwner;
        long all = inAll;
        return (one > 0 && account.held.get() > one / 2) || (all > 0 && held.get() > all - all / 8);
    }

    /** Something that may succeed when bytes are given back. */
    @FunctionalInterface
    interface Attempt {
        boolean succeeds();
    }

    /** Tries until it succeeds; false if it did not for as long as the patience lasts. */
    boolean await(Attempt attempt) throws InterruptedException {
        long due = System.nanoTime() + patience.toNanos();
        waiting.incrementAndGet();
        try {
            synchronized (freed) {
                while (!attempt.succeeds()) {
                    long left = due - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    freed.wait(left / 1_000_000 + 1);
                }
                return true;
            }
        } finally {
            waiting.decrementAndGet();
        }
    }
}
