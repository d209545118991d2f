package dev.posthouse.interop.nat;

import dev.posthouse.interop.nat.peer.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one try came to, as both ends tell it.
 *
 * @param dialer the dialing end
 * @param acceptor the accepting end
 */
record Try(Outcome dialer, Outcome acceptor) {

    /** What our dialer's default picker promises: {@code Picker.adaptive()}. */
    private static final int PATIENCE_TRIPS = 10;

    private static final Duration LEAST_PATIENCE = Duration.ofMillis(500);
    private static final Duration MOST_PATIENCE = Duration.ofSeconds(5);

    /**
     * What a busy machine may add to a wait that is over. Generous, since it is not the machine that is on trial: a wait
     * that nobody ended is found all the same.
     */
    private static final Duration SLACK = Duration.ofSeconds(20);

    /** How the original's client ends when its time is up as the server answers (docs/specs/rdv.md 10.2 #16). */
    private static final String PANIC = "send on closed channel";

    /** What a try counts as. */
    enum Result {
        DIRECT,
        RELAYED,
        FAILED,
        /** The original's process ended in its known panic: says nothing of anybody else. */
        GO_PANICKED
    }

    Result result() {
        if (panicked(dialer) || panicked(acceptor)) {
            return Result.GO_PANICKED;
        }
        if (!dialer.ok() || !acceptor.ok() || !dialer.route().equals(acceptor.route())) {
            return Result.FAILED;
        }
        return dialer.route().equals(Optional.of("direct")) ? Result.DIRECT : Result.RELAYED;
    }

    private static boolean panicked(Outcome outcome) {
        return outcome.error().orElse("").contains(PANIC);
    }

    /** What is wrong with it, if it was to come to {@code expected}; empty if nothing. */
    Optional<String> complaint(Expected expected, boolean allOurs) {
        Result result = result();
        if (result == Result.GO_PANICKED) {
            return Optional.empty();
        }
        boolean fits =
                switch (expected) {
                    case DIRECT -> result == Result.DIRECT;
                    case RELAYED -> result == Result.RELAYED;
                    case CONNECTED -> result != Result.FAILED;
                    case FAILED -> result == Result.FAILED;
                };
        if (!fits) {
            return Optional.of("not " + expected.word() + ": " + describe());
        }
        return result == Result.RELAYED && allOurs ? tooLong() : Optional.empty();
    }

    /**
     * A dialer of ours may wait for a direct connection as long as the path warrants it, and no fixed time: ten of the
     * one-way trips between the peers, within bounds.
     */
    private Optional<String> tooLong() {
        Duration own = dialer.relayRoundTrip().orElse(Duration.ZERO);
        Duration peer = acceptor.relayRoundTrip().orElse(own);
        Duration wait = own.plus(peer).dividedBy(2).multipliedBy(PATIENCE_TRIPS);
        Duration patience = wait.compareTo(LEAST_PATIENCE) < 0
                ? LEAST_PATIENCE
                : wait.compareTo(MOST_PATIENCE) > 0 ? MOST_PATIENCE : wait;
        return dialer.choice()
                .filter(took -> took.compareTo(patience.plus(SLACK)) > 0)
                .map(took -> "the relay was chosen after " + took.toMillis() + " ms, where the path warrants "
                        + patience.toMillis());
    }

    private String describe() {
        return "dialer " + describe(dialer) + "; acceptor " + describe(acceptor);
    }

    private static String describe(Outcome end) {
        var parts = new ArrayList<String>();
        parts.add(end.route().orElse("no route") + " after " + end.millis() + " ms");
        end.error().ifPresent(parts::add);
        end.relayRoundTrip().ifPresent(trip -> parts.add("relay " + trip.toMillis() + " ms away and back"));
        List<String> attempts = end.attempts();
        if (!attempts.isEmpty()) {
            parts.add("attempts [" + String.join("; ", attempts) + "]");
        }
        return String.join(", ", parts);
    }
}
