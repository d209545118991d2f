package dev.posthouse.bench.measure;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Lets a load run for a while. */
final class Pause {
    private Pause() {}

    /** @throws InterruptedIOException if the thread is interrupted, which ends the measure */
    static void of(Duration time) throws IOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while measuring");
        }
    }
}
