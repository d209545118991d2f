package dev.posthouse.relay.splice;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate. The level of the bucket is kept as the time at which it was, or will be, empty: taking a byte moves that time
 * on by what a byte takes at this rate, and the level is the distance to now. So the state is one number, changed by
 * compare-and-set, and nothing has to refill.
 */
final class TokenBucket implements Meter {

    private static final long SECOND = 1_000_000_000;

    /** What the bucket must hold before anything is given, 10 ms worth: single bytes would cost a wake-up each. */
    private static final long QUANTA_PER_SECOND = 100;

    /** The shortest wait, for rates at which 10 ms worth is there at once. */
    private static final long SHORTEST_WAIT = 1_000_000;

    private final long rate;
    private final long quantum;
    private final AtomicLong emptyAt;

    TokenBucket(long bytesPerSecond) {
        this(bytesPerSecond, System.nanoTime());
    }

    /** @param now when the bucket is full, as {@link System#nanoTime()} */
    TokenBucket(long bytesPerSecond, long now) {
        if (bytesPerSecond < 1 || bytesPerSecond > FASTEST_RATE) {
            throw new IllegalArgumentException(
                    "a rate is 1 to " + FASTEST_RATE + " bytes for each second, not " + bytesPerSecond);
        }
        rate = bytesPerSecond;
        quantum = Math.max(1, rate / QUANTA_PER_SECOND);
        emptyAt = new AtomicLong(now - SECOND);
    }

    @Override
    public int take(int want, long now) {
        while (true) {
            long seen = emptyAt.get();
            long level = Math.min(SECOND, Math.max(0, now - seen));
            long bytes = level * rate / SECOND;
            if (bytes < Math.min(want, quantum)) {
                return 0;
            }
            int taken = (int) Math.min(want, bytes);
            // What lay there for more than a second has overflowed.
            long start = now - seen > SECOND ? now - SECOND : seen;
            if (emptyAt.compareAndSet(seen, start + timeRoundedUp(taken))) {
                return taken;
            }
        }
    }

    @Override
    public void settle(int used, int unused) {
        if (unused > 0) {
            // Rounded down where taking rounded up: never more than the rate.
            emptyAt.addAndGet(-(unused * SECOND / rate));
        }
    }

    @Override
    public long retryAfter(long now) {
        return Math.max(SHORTEST_WAIT, emptyAt.get() + timeRoundedUp(quantum) - now);
    }

    private long timeRoundedUp(long bytes) {
        return (bytes * SECOND + rate - 1) / rate;
    }
}
