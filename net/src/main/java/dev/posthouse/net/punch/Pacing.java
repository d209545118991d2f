package dev.posthouse.net.punch;

import java.time.Duration;

/**
 * What a race knows of the distance to the peer.
 *
 * @param firstDeadline how long the first attempt at a candidate may take before it is given up and made anew; each later
 *     one gets twice as long, up to a bound. Shorter than three one-way trips it cuts a handshake that is about to end;
 *     longer than a second it leaves a lost SYN to the system's own repetition
 */
public record Pacing(Duration firstDeadline) {

    /**
     * Below this a peer on a slower network than ours would be cut off, and it is no hurry either: only lost packets wait
     * for it.
     */
    static final Duration MIN_DEADLINE = Duration.ofMillis(250);

    /** Above this the system has repeated the SYN itself, after 1 and after 3 seconds. */
    static final Duration MAX_DEADLINE = Duration.ofSeconds(4);

    /** @throws IllegalArgumentException if the deadline is not positive */
    public Pacing {
        if (!firstDeadline.isPositive()) {
            throw new IllegalArgumentException("an attempt needs time: its deadline is positive, not " + firstDeadline);
        }
    }

    /**
     * From what a client measures. The peer is taken to be as far from the relay as this end, so that a round trip to the
     * peer is two of those to the relay. Three round trips to the peer are the deadline: a handshake whose first SYN was
     * dropped ends three one-way trips after the start of the later peer, which may be late by as much.
     *
     * @param relayRoundTrip the measured one, not negative
     */
    public static Pacing from(Duration relayRoundTrip) {
        Duration deadline = relayRoundTrip.multipliedBy(3 * 2);
        if (deadline.compareTo(MIN_DEADLINE) < 0) {
            return new Pacing(MIN_DEADLINE);
        }
        return new Pacing(deadline.compareTo(MAX_DEADLINE) > 0 ? MAX_DEADLINE : deadline);
    }
}
