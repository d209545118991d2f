package dev.posthouse.net.acknowledged;

import java.time.Duration;
import java.util.function.LongConsumer;

/** Where ticks come from: a thread, or a test. */
@FunctionalInterface
interface Ticker {

    /** Ends the ticks. */
    @FunctionalInterface
    interface Registration {
        void cancel();
    }

    /** Calls {@code onTick} with the nanosecond count from time to time, one call after the other, until it is cancelled. */
    Registration start(Duration each, LongConsumer onTick);

    /** A virtual thread for each registration, which sleeps between its ticks. */
    static Ticker threads() {
        return (each, onTick) -> {
            Thread thread = Thread.ofVirtual().name("posthouse-silence").start(() -> {
                try {
                    while (true) {
                        Thread.sleep(each);
                        onTick.accept(System.nanoTime());
                    }
                } catch (InterruptedException e) {
                    // cancelled
                }
            });
            return thread::interrupt;
        };
    }
}
