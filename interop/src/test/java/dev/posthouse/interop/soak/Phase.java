package dev.posthouse.interop.soak;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A stretch of load between two drained samples. What only waits in it goes on as soon as it is over. Thread-safe. */
final class Phase {

    private final CountDownLatch over = new CountDownLatch(1);

    /** Waits for that time, or until the phase is over. Whether it still goes on. */
    boolean pause(Duration time) throws InterruptedException {
        return !over.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean goesOn() {
        return over.getCount() > 0;
    }

    void end() {
        over.countDown();
    }
}
