package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** The other side sent what its protocol does not allow. */
public final class ProtocolViolation extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public ProtocolViolation(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public ProtocolViolation(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
