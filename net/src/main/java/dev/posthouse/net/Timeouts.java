package dev.posthouse.net;

import java.time.Duration;

/** Durations as the millisecond counts that sockets take. */
public final class Timeouts {

    private Timeouts() {}

    /**
     * Whole milliseconds, rounded up, so that no positive limit becomes "none".
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public static int millis(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a time limit is zero (none) or positive, not " + limit);
        }
        long millis = limit.plusNanos(999_999).toMillis();
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
