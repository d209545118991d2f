package dev.posthouse.interop.nat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What every try of a pair in a cell must come to. */
enum Expected {
    /** Connected, directly. */
    DIRECT(2),
    /** Connected, either way. */
    CONNECTED(1),
    /** Connected, through the relay. */
    RELAYED(1),
    /** Not connected. */
    FAILED(0);

    private final int rank;

    Expected(int rank) {
        this.rank = rank;
    }

    /** @throws IllegalArgumentException if it is no such word */
    static Expected parse(String word) {
        return Arrays.stream(values())
                .filter(one -> one.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("an expectation is one of "
                        + Arrays.stream(values()).map(Expected::word).collect(Collectors.joining(", "))
                        + " or -, not \""
                        + word + "\""));
    }

    /** As it stands in the file. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether less is asked than by {@code other}. */
    boolean isWorseThan(Expected other) {
        return rank < other.rank;
    }
}
