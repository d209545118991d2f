package dev.posthouse.bench.measure;

import java.util.stream.LongStream;

/** Ranks of many durations, by the nearest-rank rule: the smallest value that at least the asked share does not exceed. */
final class Percentiles {
    private static final double NANOS_A_MICRO = 1_000;

    private final long[] sortedNanos;

    /** @throws IllegalArgumentException if there is none */
    Percentiles(LongStream nanos) {
        sortedNanos = nanos.sorted().toArray();
        if (sortedNanos.length == 0) {
            throw new IllegalArgumentException("percentiles need at least one value");
        }
    }

    /** @param share above 0, up to 1 */
    double micros(double share) {
        int rank = (int) Math.ceil(share * sortedNanos.length);
        return sortedNanos[Math.max(rank, 1) - 1] / NANOS_A_MICRO;
    }
}
