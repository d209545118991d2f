package dev.posthouse.offset.client;

import dev.posthouse.offset.channel.Ticks;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: the original's 8 ticks at first, then twice as long each time, up to 256; by chance anything from
 * half of that on, so that those whom the end of one relay has sent away do not come back all at once. For one thread at a time, but for
 * {@link #cutShort}.
 */
final class BackOff {

    /** The original's {@code BACKOFF_TICKS}. */
    static final int BASE = 8;

    /** Four minutes: a relay that is back is found again before its users have given up on it. */
    static final int MOST = 256;

    private final Ticks ticks;
    private final RandomGenerator random;
    private int next = BASE;
    // The newest wait; before the first one none.
    private volatile CountDownLatch left = new CountDownLatch(0);
    private volatile boolean cut;

    BackOff(Ticks ticks, RandomGenerator random) {
        this.ticks = ticks;
        this.random = random;
    }

    /** The next wait, in ticks. */
    int next() {
        int wait = random.nextInt(next / 2, next + 1);
        next = Math.min(MOST, 2 * next);
        return wait;
    }

    /** It has worked: the next wait is a short one again. */
    void reset() {
        next = BASE;
    }

    /** Waits. */
    void pause() throws InterruptedException {
        var waiting = new CountDownLatch(next());
        left = waiting;
        if (!cut) {
            try (Ticks.Registration ticking = ticks.each(waiting::countDown)) {
                waiting.await();
            }
        }
        cut = false;
    }

    /** Something has changed: the wait that runs now, or the next one, is over. From any thread. */
    void cutShort() {
        cut = true;
        CountDownLatch waiting = left;
        while (waiting.getCount() > 0) {
            waiting.countDown();
        }
    }
}
