package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Something that a loop wakes at a time. Kept in the loop's {@link TimerHeap}; its fields belong to the heap and so to
 * the loop's thread. A base class and no timer object beside it: a waiting peer must stay small.
 */
abstract class Timed {

    /** The place of a timer that is in no heap. */
    static final int NOWHERE = -1;

    /** When, as {@link System#nanoTime()}; has a meaning only while {@link #place} is not {@link #NOWHERE}. */
    long due;

    /** The index in the heap. */
    int place = NOWHERE;

    /**
     * Its time has come; it is no longer in the heap and may arm itself again. On the loop's thread, must not block.
     *
     * @param now {@link System#nanoTime()}, not before {@link #due}
     */
    abstract void expired(long now);

    /**
     * Ends it early: its loop is closing, or it threw. On the loop's thread.
     *
     * @param reason {@link Reason#SHUTDOWN} or {@link Reason#INTERNAL}
     * @param cause what was thrown, with {@link Reason#INTERNAL} only
     */
    abstract void stop(Reason reason, @Nullable Throwable cause);
}
