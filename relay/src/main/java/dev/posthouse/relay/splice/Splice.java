package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;

/** Two streams that are joined. All methods may be called from any thread. */
public interface Splice {

    /** Bytes that were read from the left stream so far; they may still wait to be written. */
    long leftToRight();

    /** Bytes that were read from the right stream so far; they may still wait to be written. */
    long rightToLeft();

    /**
     * Ends it now: both streams are aborted. Does nothing if it has ended.
     *
     * @param reason what {@code onEnd} is told, unless something else came first
     */
    void end(Reason reason);
}
