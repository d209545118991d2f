package dev.posthouse.interop.soak;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How long it goes on, in which parts, and from which seed: as {@code interop/run soak} was told.
 *
 * @param time of the whole load
 * @param seed from which all that is random follows
 */
record Plan(Duration time, long seed) {

    private static final int MINUTES = 60;

    /** Drained so often that a third of the samples behind the warm-up is more than one or two. */
    private static final int PHASES = 15;

    /** Enough for most of what is held open to come to its end by itself. */
    private static final Duration SHORTEST_PHASE = Duration.ofSeconds(20);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    static Plan of(Map<String, String> environment) {
        String seed = environment.getOrDefault("SOAK_SEED", "");
        return new Plan(
                Duration.ofMinutes(Long.parseLong(environment.getOrDefault("SOAK_MINUTES", "" + MINUTES))),
                seed.isEmpty() ? new SplittableRandom().nextInt(1_000_000) : Long.parseLong(seed));
    }

    /** How long the load goes on between two drained samples; these come on top. */
    Duration phase() {
        Duration part = time.dividedBy(PHASES);
        return part.compareTo(SHORTEST_PHASE) < 0 ? SHORTEST_PHASE : part;
    }

    /** The time between two samples under load. */
    Duration look() {
        Duration half = phase().dividedBy(2);
        return half.compareTo(LONGEST_LOOK) < 0 ? half : LONGEST_LOOK;
    }

    @Override
    public String toString() {
        return "--minutes " + time.toMinutes() + " --seed " + seed;
    }
}
