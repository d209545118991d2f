package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.splice.WatchEnd;

/** A dialect's peer that can wait in a {@link WaitingRoom}. */
public interface Waiter {

    /** What is watched while it waits. */
    ByteStream stream();

    /**
     * Its wait ended otherwise than by being taken. Called once, on a virtual thread.
     *
     * @param cause why
     * @param stream to go on with; the waiter's to close
     */
    void waitEnded(WatchEnd.Cause cause, ByteStream stream);
}
