package dev.posthouse.net.punch;

import java.time.Duration;

/**
 * What a race knows of time.
 *
 * @param firstDeadline how long the first attempt at a candidate may take before it is given up and made anew; each later
 *     one gets twice as long, up to a bound. Shorter than three one-way trips to the peer and back it cuts a handshake
 *     that is about to end; longer than a second it leaves a lost SYN to the system's own repetition
 * @param sinceMeeting how long ago, by this end's reckoning, the relay told both peers to start: the common origin of
 *     the beats at which both redial
 */
public record Pacing(Duration firstDeadline, Duration sinceMeeting) {

    /**
     * Below this a peer on a slower network than ours would be cut off, and it is no hurry either: only lost packets wait
     * for it.
     */
    static final Duration MIN_DEADLINE = Duration.ofMillis(250);

    /** Above this the system has repeated the SYN itself, after 1 and after 3 seconds. */
    static final Duration MAX_DEADLINE = Duration.ofSeconds(4);

    /** @throws IllegalArgumentException if the deadline is not positive or the time negative */
    public Pacing {
        if (!firstDeadline.isPositive()) {
            throw new IllegalArgumentException("an attempt needs time: its deadline is positive, not " + firstDeadline);
        }
        if (sinceMeeting.isNegative()) {
            throw new IllegalArgumentException("the meeting was now or earlier, not in " + sinceMeeting.negated());
        }
    }

    /**
     * For a race that starts when the relay's word arrives. The peer is taken to be as far from the relay as this end,
     * so that the two are a relay round trip apart in each direction; three of their round trips are the deadline, since a
     * handshake whose first SYN was dropped ends three one-way trips after the second peer's start.
     *
     * @param relayRoundTrip the measured one, not negative
     */
    public static Pacing from(Duration relayRoundTrip) {
        Duration deadline = relayRoundTrip.multipliedBy(3 * 2);
        return new Pacing(clamp(deadline), relayRoundTrip.dividedBy(2));
    }

    private static Duration clamp(Duration deadline) {
        if (deadline.compareTo(MIN_DEADLINE) < 0) {
            return MIN_DEADLINE;
        }
        return deadline.compareTo(MAX_DEADLINE) > 0 ? MAX_DEADLINE : deadline;
    }
}
