package dev.posthouse.net.punch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When one candidate is tried again: pure arithmetic, no clock and no socket. Owned by one thread.
 *
 * <p>Two NATs that answer an unexpected SYN with RST let a connection through only if both SYNs are under way at once: a
 * SYN that arrives at the other NAT after the RST for that one's own SYN finds it shut. So a refused try is followed by
 * the next one <em>at once</em>. Then some SYN of this end is under way all the time, and whenever the peer starts, its
 * first SYN crosses one, however unequal the ways are. A pause would also be a time in which the peer's SYN, let in by a
 * NAT that an ICMP refusal has left open, meets the listener instead of the try that opened the NAT; the listener's answer
 * has another sequence number than the one the NAT has noted, and a strict NAT then drops that connection's packets until
 * it forgets the entry.
 *
 * <p>What bounds the packets is the time gone by: tries start no closer together than a sixteenth of it, so that the way
 * is filled for as long as a peer may be late by sixteen round trips, and a candidate that refuses for good costs some
 * eighty packets in the first second and forty in the next ten. Where that is longer than a refusal takes, the pauses are
 * random: two peers never fall into a step in which they always miss each other.
 *
 * <p>Where no NAT can be, on a private network, tries start no closer together than a third of the time gone by: ten in the first
 * second, nine in the next ten. All candidates together are bounded by {@link AttemptBudget}.
 */
final class Redial {

    /** How often one candidate is dialled at most: about twelve seconds of immediate refusals. */
    static final int MAX_ATTEMPTS = 120;

    /** How often a candidate may connect and not be the peer: 1.6 s with the pauses between. */
    static final int MAX_REJECTIONS = 6;

    /** How often a candidate that this host has no way to is tried: the network may be about to come up. */
    static final int MAX_WITHOUT_ROUTE = 5;

    /** The least time between two starts: no way between two networks is much shorter. */
    private static final long SHORTEST = Duration.ofMillis(1).toNanos();

    /** The same where there is no NAT whose refusal could turn into a welcome: only a late listener is waited for. */
    private static final long SHORTEST_WITHOUT_NAT = Duration.ofMillis(50).toNanos();

    /** What the time between two starts grows to. */
    private static final long LONGEST = Duration.ofMillis(400).toNanos();

    private static final long LONGEST_WITHOUT_NAT = Duration.ofSeconds(2).toNanos();

    /** The part of the time gone by that lies between two starts. */
    private static final int PART = 16;

    private static final int PART_WITHOUT_NAT = 3;

    private final RandomGenerator random;
    private final boolean mayBeNat;
    private final long maxDeadline;
    private long deadline;

    /** @param mayBeNat whether a refusal may be a NAT's */
    Redial(Pacing pacing, boolean mayBeNat, RandomGenerator random) {
        this.random = random;
        this.mayBeNat = mayBeNat;
        this.deadline = pacing.firstDeadline().toNanos();
        this.maxDeadline = Math.max(deadline, Pacing.MAX_DEADLINE.toNanos());
    }

    /** How long an attempt that starts now may take, in nanoseconds. */
    long deadline() {
        return deadline;
    }

    /**
     * When to try again. Times are nanoseconds since the race began.
     *
     * @param why the failure of the last attempt
     * @param started when that attempt did
     * @param now when it failed
     * @return not before {@code now}
     */
    long next(Failure why, long started, long now) {
        return switch (why) {
            case NO_ANSWER -> {
                // A guess that was too short must not cut every handshake.
                deadline = Math.min(2 * deadline, maxDeadline);
                yield now;
            }
            case REFUSED, UNREACHABLE -> Math.max(now, started + jittered(untilNext(now)));
            // The other connection of that pair has to end first.
            case BUSY -> now + jittered(Math.clamp(now / PART, SHORTEST_WITHOUT_NAT, LONGEST));
            case NO_ROUTE -> now + LONGEST;
        };
    }

    private long untilNext(long now) {
        return mayBeNat
                ? Math.clamp(now / PART, SHORTEST, LONGEST)
                : Math.clamp(now / PART_WITHOUT_NAT, SHORTEST_WITHOUT_NAT, LONGEST_WITHOUT_NAT);
    }

    /**
     * When to try again after a connection that was not the peer's.
     *
     * @param times how often that has happened, 1 at least
     * @return after {@code now}; each pause is about twice the one before
     */
    long afterRejection(int times, long now) {
        return now + jittered(SHORTEST_WITHOUT_NAT << Math.min(times - 1, MAX_REJECTIONS));
    }

    /** Half to one and a half of it. */
    private long jittered(long time) {
        return time / 2 + random.nextLong(time);
    }
}
