package dev.posthouse.relay.splice;

import dev.posthouse.net.budget.Holding;
import java.time.Duration;
import java.util.List;

/**
 * What one splice is allowed.
 *
 * @param idle with no byte either way for this long it ends with {@link dev.posthouse.net.Reason#IDLE}; {@link
 *     Duration#ZERO} for no bound
 * @param stalled when bytes have waited for this long for one of the peers, which took none of them meanwhile, it ends with
 *     {@link dev.posthouse.net.Reason#STALLED}; {@link Duration#ZERO} for no bound. Any byte that is taken starts the time
 *     anew, and nothing that waits is no time at all: a quiet pair is never ended by it
 * @param longest after this long it ends with {@link dev.posthouse.net.Reason#LIMIT_TIME}, whatever moves; {@link Duration#ZERO} for no
 *     bound
 * @param there every byte from left to right must be allowed by all of them. A meter that counts both directions is in both lists; one
 *     that several splices share is in the terms of each
 * @param back the same from right to left
 * @param left what is held for the left peer: bytes that wait for it to take them
 * @param right what is held for the right peer
 */
public record Terms(
        Duration idle,
        Duration stalled,
        Duration longest,
        List<Meter> there,
        List<Meter> back,
        Holding left,
        Holding right) {

    /** No bounds. */
    public static final Terms UNLIMITED = new Terms(Duration.ZERO, Duration.ZERO, List.of());

    /** Terms of peers for whom nothing is counted, with meters that count both directions, for as long as they like. */
    public Terms(Duration idle, Duration stalled, List<Meter> meters) {
        this(idle, stalled, Duration.ZERO, meters, meters, Holding.uncounted(), Holding.uncounted());
    }

    /** @throws IllegalArgumentException if a time is negative */
    public Terms {
        notNegative("the idle time", idle);
        notNegative("the time for a stalled reader", stalled);
        notNegative("the longest time", longest);
        there = List.copyOf(there);
        back = List.copyOf(back);
    }

    private static void notNegative(String what, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(what + " is zero (no bound) or positive, not " + time);
        }
    }
}
