package dev.posthouse.cli.streams;

import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * Waits between two tries of a non-blocking descriptor that was not ready. The JDK cannot poll a descriptor that it did not
 * open, so this sleeps: shortly at first, for the peer of a pipe that runs at full speed, then 40 times a second, which
 * costs no measurable CPU. One for each wait; not thread-safe.
 */
final class Patience {

    private static final long FIRST_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final Channel channel;
    private long next = FIRST_NANOS;

    /** Waits on behalf of a channel, which an interrupt closes as it does in {@link java.nio.channels.InterruptibleChannel}. */
    Patience(Channel channel) {
        this.channel = channel;
    }

    /**
     * Sleeps, longer each time.
     *
     * @throws ClosedByInterruptException if the thread is interrupted; the channel is closed then
     * @throws ClosedChannelException if the channel was closed in the meantime
     */
    void sleep() throws java.io.IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(next);
        } catch (InterruptedException e) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        next = Math.min(next * 2, LONGEST_NANOS);
    }
}
