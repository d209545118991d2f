package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Held;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that what a relay was to hold is still held. */
final class StillHeld {

    private StillHeld() {}

    /** @throws IOException if something was ended; with how many, and what came to the first */
    static void check(List<? extends Held> held) throws IOException {
        int gone = 0;
        String answer = "";
        for (Held one : held) {
            Optional<String> instead = one.gone();
            if (instead.isPresent()) {
                gone++;
                answer = answer.isEmpty() ? instead.get() : answer;
            }
        }
        if (gone > 0) {
            throw new IOException(
                    "the relay has ended " + gone + " of " + held.size() + " that it was to hold: " + answer);
        }
    }
}
