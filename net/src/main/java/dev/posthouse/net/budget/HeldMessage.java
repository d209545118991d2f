package dev.posthouse.net.budget;

import dev.posthouse.net.LimitExceeded;
import java.nio.channels.ClosedByInterruptException;

/**
 * What is held for one message at a time, of a stream that gives one after the other: whoever asks for the next has done with the
 * one before, and what that took is given back. For the stream's reader alone, but for {@link #holdFor}.
 */
public final class HeldMessage {

    private volatile Holding next;
    private Holding holding;
    private long taken;

    /** Of messages that are held for {@code holding}'s owner. */
    public HeldMessage(Holding holding) {
        this.next = holding;
        this.holding = holding;
    }

    /** Of messages that count nowhere. */
    public static HeldMessage uncounted() {
        return new HeldMessage(Holding.uncounted());
    }

    /**
     * Counts for another owner from the next message on: once a stream is joined with another, its messages are held for as long as the
     * far one's peer does not take them. Any thread.
     */
    public void holdFor(Holding other) {
        next = other;
    }

    /** The next message's turn: gives back what the one before it took. */
    public void begin() {
        long former = taken;
        taken = 0;
        if (former > 0) {
            holding.give(former);
        }
        holding = next;
    }

    /**
     * Takes bytes for this message, as {@link Holding#take}.
     *
     * @param bytes not negative
     * @throws LimitExceeded if there are none in time
     * @throws ClosedByInterruptException if interrupted
     */
    public void take(long bytes) throws LimitExceeded, ClosedByInterruptException {
        holding.take(bytes, "a message");
        taken += bytes;
    }
}
