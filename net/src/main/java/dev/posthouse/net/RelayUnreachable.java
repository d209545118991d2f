package dev.posthouse.net;

import org.jspecify.annotations.Nullable;

/**
 * A relay, or the proxy on the way to it, was not reached: its name has no address or was not resolved in time, nobody
 * answers at its address, or who answers did not finish what has to come before a request. A peer that does not come to a
 * relay which was reached is {@link TimedOut}.
 */
public final class RelayUnreachable extends NetworkFailure {

    /** @param message what happened, and what would be right */
    public RelayUnreachable(String message) {
        this(message, null);
    }

    /**
     * @param message what happened, and what would be right
     * @param cause what it came from, or null
     */
    public RelayUnreachable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
