package dev.posthouse.cli.streams;

import java.io.IOException;
import java.util.Optional;

/** What is printed on {@link System#out}. A print stream says nothing when it cannot write; this does. */
public final class Printed {

    private final TextOutput out;

    /** What goes through {@code out}. */
    Printed(TextOutput out) {
        this.out = out;
    }

    /**
     * Checks that everything printed and flushed so far was written.
     *
     * @throws IOException a {@link StandardStreamFailure} with the sentence of the first failure
     */
    public void check() throws IOException {
        Optional<IOException> failure = out.failure();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
