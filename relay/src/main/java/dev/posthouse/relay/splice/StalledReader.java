package dev.posthouse.relay.splice;

import java.io.IOException;
import java.time.Duration;

/** Why a splice ended with {@link dev.posthouse.net.Reason#STALLED}: one side took nothing while bytes waited for it. */
public final class StalledReader extends IOException {

    private final boolean left;
    private final Duration limit;

    StalledReader(boolean left, Duration limit) {
        super("the " + (left ? "left" : "right") + " stream took nothing for " + limit.toMillis()
                + " ms while bytes waited for it");
        this.left = left;
        this.limit = limit;
    }

    /** Whether it was the left stream that took nothing. */
    public boolean left() {
        return left;
    }

    /** {@link Terms#stalled()}. */
    public Duration limit() {
        return limit;
    }
}
