package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;

/**
 * How a watch ended.
 *
 * @param cause what ended it
 * @param stream to go on with, in blocking mode
 */
public record WatchEnd(Cause cause, ByteStream stream) {

    /** What ended a watch. */
    public enum Cause {
        /** A read would not block: there are bytes, an end, or an error. */
        READABLE,
        /** The time limit passed. */
        TIMED_OUT,
        /** The data path is closing. */
        SHUTDOWN
    }
}
