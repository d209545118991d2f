package dev.posthouse.offset.channel;

import java.time.Duration;

/**
 * The beat in which Offset counts its times (spec 1): a second each, from an arbitrary start, so that "n ticks" last between
 * n-1 and n of them.
 */
public interface Ticks {

    /** How long one is. */
    Duration length();

    /**
     * Calls {@code onTick} at every tick, one after the other, until the registration is closed, and perhaps once more while
     * it is being closed.
     *
     * @param onTick must not block
     */
    Registration each(Runnable onTick);

    /** Somebody who is called. */
    interface Registration extends AutoCloseable {

        /** Is not called any more. A second call does nothing. */
        @Override
        void close();
    }
}
