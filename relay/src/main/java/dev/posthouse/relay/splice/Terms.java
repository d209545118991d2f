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
 * @param meters every byte must be allowed by all of them; shared between splices where the limit is shared
 * @param left what is held for the left peer: bytes that wait for it to take them
 * @param right what is held for the right peer
 */
public record Terms(Duration idle, Duration stalled, List<Meter> meters, Holding left, Holding right) {

    /** No bounds. */
    public static final Terms UNLIMITED = new Terms(Duration.ZERO, Duration.ZERO, List.of());

    /** Terms of peers for whom nothing is counted. */
    public Terms(Duration idle, Duration stalled, List<Meter> meters) {
        this(idle, stalled, meters, Holding.uncounted(), Holding.uncounted());
    }

    /** @throws IllegalArgumentException if {@code idle} or {@code stalled} is negative */
    public Terms {
        if (idle.isNegative()) {
            throw new IllegalArgumentException("the idle time is zero (no bound) or positive, not " + idle);
        }
        if (stalled.isNegative()) {
            throw new IllegalArgumentException(
                    "the time for a stalled reader is zero (no bound) or positive, not " + stalled);
        }
        meters = List.copyOf(meters);
    }
}
