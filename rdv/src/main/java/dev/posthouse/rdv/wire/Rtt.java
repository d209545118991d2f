package dev.posthouse.rdv.wire;

import java.time.Duration;
import java.util.Optional;

/** A round trip in a header: whole microseconds, decimal. */
final class Rtt {

    /** Longer is no round trip: whoever says so is not believed. */
    private static final Duration MAX = Duration.ofSeconds(10);

    private Rtt() {}

    static String format(Duration roundTrip) {
        return Long.toString(Math.max(1, roundTrip.toNanos() / 1_000));
    }

    /** Empty for anything that is no number, or none that a round trip could be. */
    static Optional<Duration> parse(String value) {
        if (value.length() > 9 || !value.chars().allMatch(c -> c >= '0' && c <= '9') || value.isEmpty()) {
            return Optional.empty();
        }
        Duration roundTrip = Duration.ofNanos(Long.parseLong(value) * 1_000);
        return roundTrip.isPositive() && roundTrip.compareTo(MAX) <= 0 ? Optional.of(roundTrip) : Optional.empty();
    }
}
