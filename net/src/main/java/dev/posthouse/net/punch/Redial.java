package dev.posthouse.net.punch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When one candidate is tried again: pure arithmetic, no clock and no socket. Owned by one thread.
 *
 * <p>Two NATs that answer an unexpected SYN with RST let a connection through only if both SYNs are under way at once:
 * each must have left its own NAT before the other's arrives there. So the tries of both peers are brought together in two
 * ways. First, redials gather at <em>beats</em>, instants counted from the meeting, which each peer places by its own
 * round trip to the relay; the error of that is small against the way between the peers. Second, at each beat a short
 * burst of tries follows one another with random pauses in the measure of the refusal's own round trip, which makes up for
 * the error and never falls into step with the peer. Beats grow apart and bursts get shorter with time, so that a
 * candidate that refuses for good costs {@link #MAX_ATTEMPTS} packets over several seconds.
 */
final class Redial {

    /** How often one candidate is dialled at most: enough for five seconds of refusals. */
    static final int MAX_ATTEMPTS = 60;

    /** How often a candidate that this host has no way to is tried: the network may be about to come up. */
    static final int MAX_WITHOUT_ROUTE = 5;

    /** The longest gap between beats, and the pause after a failure that is this host's own. */
    private static final long LONGEST_GAP = Duration.ofMillis(400).toNanos();

    private static final long SHORTEST_GAP = Duration.ofMillis(50).toNanos();

    /** The longest random pause within a burst. */
    private static final long LONGEST_PAUSE = Duration.ofMillis(50).toNanos();

    private final RandomGenerator random;
    private final long maxDeadline;
    private long deadline;
    private long burstBeat = -1;
    private int inBurst;

    Redial(Pacing pacing, RandomGenerator random) {
        this.random = random;
        this.deadline = pacing.firstDeadline().toNanos();
        this.maxDeadline = Math.max(deadline, Pacing.MAX_DEADLINE.toNanos());
    }

    /** How long an attempt that starts now may take, in nanoseconds. */
    long deadline() {
        return deadline;
    }

    /**
     * When to try again.
     *
     * @param why the failure of the last attempt
     * @param took how long it took to fail, in nanoseconds
     * @param now since the meeting, in nanoseconds
     * @return since the meeting, in nanoseconds; not before {@code now}
     */
    long next(Failure why, long took, long now) {
        return switch (why) {
            case NO_ANSWER -> {
                // A guess that was too short must not cut every handshake.
                deadline = Math.min(2 * deadline, maxDeadline);
                yield now;
            }
            case NO_ROUTE -> now + LONGEST_GAP;
            case BUSY -> beatAfter(now) + jitter(SHORTEST_GAP);
            case REFUSED, UNREACHABLE -> afterRefusal(took, now);
        };
    }

    private long afterRefusal(long took, long now) {
        long beat = beatAfter(now);
        if (beat != burstBeat) {
            burstBeat = beat;
            inBurst = 0;
        }
        inBurst++;
        long again = now + jitter(Math.min(took, LONGEST_PAUSE));
        // A try that would still be under way at the beat would miss it.
        return inBurst < burst(now) && again + took < beat ? again : beat;
    }

    /** How many tries belong to one beat. */
    private static int burst(long now) {
        if (now < 8 * SHORTEST_GAP) {
            return 5;
        }
        return now < 2 * LONGEST_GAP ? 3 : 2;
    }

    /** The first beat after {@code now}: every 50 ms at first, then as far apart as a quarter of the time gone by. */
    static long beatAfter(long now) {
        long gap = SHORTEST_GAP;
        while (gap < LONGEST_GAP && 4 * gap <= now) {
            gap *= 2;
        }
        return (now / gap + 1) * gap;
    }

    private long jitter(long bound) {
        return bound <= 0 ? 0 : random.nextLong(bound);
    }
}
