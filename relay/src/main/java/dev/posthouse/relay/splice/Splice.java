package dev.posthouse.relay.splice;

import dev.posthouse.relay.Reason;

/** Two streams that are joined. All methods may be called from any thread. */
public interface Splice {

    /** Bytes that were read from the left stream so far. */
    long leftToRight();

    /** Bytes that were read from the right stream so far. */
    long rightToLeft();

    /** Ends it now: both streams are aborted. Does nothing if it has ended. */
    void end(Reason reason);
}
