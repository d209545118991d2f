package dev.posthouse.net;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** Durations as the counts that sockets and timers take; zero stays zero, which means none. */
public final class Timeouts {

    private static final Duration LONGEST_NANOS = Duration.ofNanos(Long.MAX_VALUE);
    private static final Duration LONGEST_MILLIS = Duration.ofMillis(Integer.MAX_VALUE);

    private Timeouts() {}

    /**
     * Whole milliseconds, rounded up, so that no positive limit becomes "none"; at most {@link Integer#MAX_VALUE}.
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public static int millis(Duration limit) {
        requireNotNegative(limit);
        if (limit.compareTo(LONGEST_MILLIS) >= 0) {
            return Integer.MAX_VALUE;
        }
        Duration whole = limit.truncatedTo(ChronoUnit.MILLIS);
        return (int) (whole.equals(limit) ? whole : whole.plusMillis(1)).toMillis();
    }

    /**
     * Nanoseconds; at most {@link Long#MAX_VALUE}.
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public static long nanos(Duration limit) {
        requireNotNegative(limit);
        return limit.compareTo(LONGEST_NANOS) >= 0 ? Long.MAX_VALUE : limit.toNanos();
    }

    /** For people: "2 s", "10 min", "1500 ms". */
    public static String inWords(Duration limit) {
        if (limit.toMillis() % 60_000 == 0 && limit.toMinutes() > 0) {
            return limit.toMinutes() + " min";
        }
        return limit.toMillis() % 1_000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static void requireNotNegative(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a time limit is zero (none) or positive, not " + limit);
        }
    }
}
