package dev.posthouse.interop.transfers.vanished;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * After which silence a peer counts as gone.
 *
 * @param told what the ends are told with {@code --dead-after}, and the relay with {@code --limits-stalled}; empty for their
 *     defaults
 */
record DeadAfter(Optional<Duration> told) {

    private static final Duration DEFAULT = Duration.ofSeconds(60);

    private static final Duration SHORT = Duration.ofSeconds(10);

    /** What is still in time: the end of a program takes a moment, on a machine that has much to do. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** The times to try: a short one, and the default too with {@code interop/run vanished --all}. */
    static Stream<DeadAfter> all() {
        var tried = new DeadAfter(Optional.of(SHORT));
        return System.getenv("VANISHED_ALL") == null
                ? Stream.of(tried)
                : Stream.of(tried, new DeadAfter(Optional.empty()));
    }

    /** The option with this name, if anything is told. */
    List<String> option(String name) {
        return told.map(time -> List.of(name, time.toSeconds() + "s")).orElse(List.of());
    }

    /** When both ends must know. */
    Duration limit() {
        return told.orElse(DEFAULT).plus(MARGIN);
    }

    @Override
    public String toString() {
        return told.map(time -> time.toSeconds() + " s").orElse("default");
    }
}
