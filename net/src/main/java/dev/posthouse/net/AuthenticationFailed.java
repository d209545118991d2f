package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** A peer or a relay did not accept who we are, or is not who it says. */
public final class AuthenticationFailed extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public AuthenticationFailed(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public AuthenticationFailed(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
