package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** A time limit passed. */
public final class TimedOut extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public TimedOut(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public TimedOut(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
