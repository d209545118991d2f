package dev.posthouse.relay.circuit;

import dev.posthouse.relay.splice.Meter;
import java.time.Duration;
import java.util.List;

/**
 * What a dialect, or the application, allows a circuit besides the relay's limits, of which the stricter holds.
 *
 * @param longest how long it may last; {@link Duration#ZERO} for no bound
 * @param there asked about every byte from the dialer to the acceptor
 * @param back asked about every byte the other way; a meter that counts both directions is in both
 */
public record CircuitTerms(Duration longest, List<Meter> there, List<Meter> back) {

    /** Nothing besides the limits. */
    public static final CircuitTerms NONE = ofBoth(List.of());

    /** With meters that count both directions. */
    public static CircuitTerms ofBoth(List<Meter> meters) {
        return new CircuitTerms(Duration.ZERO, meters, meters);
    }

    /** @throws IllegalArgumentException if the time is negative */
    public CircuitTerms {
        if (longest.isNegative()) {
            throw new IllegalArgumentException("the longest time is zero (no bound) or positive, not " + longest);
        }
        there = List.copyOf(there);
        back = List.copyOf(back);
    }
}
