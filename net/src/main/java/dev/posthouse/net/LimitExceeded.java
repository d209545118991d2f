package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** A limit was reached: too many, too much or too fast. Trying again later may succeed. */
public final class LimitExceeded extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public LimitExceeded(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public LimitExceeded(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
