package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** The other side understood the request and said no. */
public final class Refused extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public Refused(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public Refused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
