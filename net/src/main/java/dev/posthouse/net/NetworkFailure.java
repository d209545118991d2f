package dev.posthouse.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A failure that the network or a peer caused. What failed is the subclass; why stands in the message and the cause. */
public abstract sealed class NetworkFailure extends IOException
        permits AuthenticationFailed,
                ConnectionLost,
                LimitExceeded,
                PeerUnreachable,
                ProtocolViolation,
                Refused,
                RelayUnreachable,
                TimedOut {

    NetworkFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
