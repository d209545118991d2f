package dev.posthouse.relay.limit;

import dev.posthouse.net.Reason;
import java.io.IOException;

/** A newcomer is refused since a limit is reached. */
public final class OverLimit extends IOException {

    private final Reason reason;

    /**
     * @param reason one of the limit reasons
     * @param message for the peer and the log: names the limit, no address
     */
    OverLimit(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static OverLimit memory() {
        return new OverLimit(Reason.LIMIT_MEMORY, "the memory that may be held for your address is used up");
    }

    /** Which limit. */
    public Reason reason() {
        return reason;
    }
}
