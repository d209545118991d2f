package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How an end of an {@link AcknowledgedStream} goes: once, by {@link #close} or by {@link #abort}, whichever comes first. Nobody waits for
 * the last words but a virtual thread, and who asks for it.
 */
final class Leaving {

    /** For the peer to end its side, too, after this end is done or has given up. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** For a frame that is being written when the stream is given up. */
    private static final long LAST_FRAME_MILLIS = 1_000;

    private final ByteStream below;
    private final Monitor monitor;
    private final Outgoing outgoing;
    private final Ticker.Registration ticks;
    private final CountDownLatch gone = new CountDownLatch(1);

    /** @param ticks of the stream, cancelled at its end */
    Leaving(ByteStream below, Monitor monitor, Outgoing outgoing, Ticker.Registration ticks) {
        this.below = below;
        this.monitor = monitor;
        this.outgoing = outgoing;
        this.ticks = ticks;
    }

    /** See {@link AcknowledgedStream#abort(AbortReason)}. */
    void abort(AbortReason reason) {
        if (monitor.markClosed()) {
            Thread.ofVirtual().name("posthouse-abort").start(() -> leave(false, reason));
        }
    }

    /** See {@link AcknowledgedStream#close}. */
    void close() {
        Monitor.LastWords words = monitor.beforeClose();
        if (monitor.markClosed()) {
            outgoing.receivedIsDue();
            Thread.ofVirtual()
                    .name("posthouse-close")
                    .start(() -> leave(words.end(), words.early() ? AbortReason.CLOSED : null));
        }
    }

    /** The last word, then the peer's end is waited for, so that a reset does not overtake it. */
    private void leave(boolean end, @Nullable AbortReason reason) {
        ticks.cancel();
        try {
            if (outgoing.last(end, reason, LAST_FRAME_MILLIS)) {
                monitor.awaitBelowEnded(LINGER);
                below.close();
            } else {
                below.abort();
            }
        } catch (IOException e) {
            below.abort();
        } catch (InterruptedException e) {
            below.abort();
            Thread.currentThread().interrupt();
        } finally {
            gone.countDown();
        }
    }

    /** See {@link AcknowledgedStream#awaitGone}. */
    boolean awaitGone(Duration limit) {
        try {
            return gone.await(Timeouts.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
