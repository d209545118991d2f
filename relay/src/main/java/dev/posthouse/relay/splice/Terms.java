package dev.posthouse.relay.splice;

import java.time.Duration;
import java.util.List;

/**
 * What one splice is allowed.
 *
 * @param idle with no byte either way for this long it ends with {@link dev.posthouse.relay.Reason#IDLE}; {@link
 *     Duration#ZERO} for no bound
 * @param meters every byte must be allowed by all of them; shared between splices where the limit is shared
 */
public record Terms(Duration idle, List<Meter> meters) {

    /** No bounds. */
    public static final Terms UNLIMITED = new Terms(Duration.ZERO, List.of());

    /** @throws IllegalArgumentException if {@code idle} is negative */
    public Terms {
        if (idle.isNegative()) {
            throw new IllegalArgumentException("the idle time is zero (no bound) or positive, not " + idle);
        }
        meters = List.copyOf(meters);
    }
}
