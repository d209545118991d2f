package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/** Nothing answers at an address, or a name has no address. */
public final class PeerUnreachable extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public PeerUnreachable(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public PeerUnreachable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
