package dev.posthouse.cli.streams;

import java.io.IOException;

/**
 * A standard stream of this process cannot be used. The message is a whole sentence for a person: which stream, what could
 * not be done, and why.
 */
public final class StandardStreamFailure extends IOException {

    private static final long serialVersionUID = 1L;

    /** With the sentence. */
    StandardStreamFailure(String sentence) {
        super(sentence);
    }

    /** With the sentence, and what the system said. */
    StandardStreamFailure(String sentence, IOException cause) {
        super(sentence, cause);
    }
}
