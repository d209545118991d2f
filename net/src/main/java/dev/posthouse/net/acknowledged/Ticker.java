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

    /**
     * Calls {@code onTick} with the nanosecond count from time to time, one call after the other, until it is cancelled. What a
     * call throws does not end the calls: a peer that vanishes later must still be noticed.
     */
    Registration start(Duration each, LongConsumer onTick);

    /** A virtual thread for each registration, which sleeps between its ticks. */
    static Ticker threads() {
        return (each, onTick) -> {
            Thread thread = Thread.ofVirtual().name("posthouse-silence").start(() -> {
                try {
                    while (true) {
                        Thread.sleep(each);
                        call(onTick);
                    }
                } catch (InterruptedException e) {
                    // cancelled
                }
            });
            return thread::interrupt;
        };
    }

    private static void call(LongConsumer onTick) {
        try {
            onTick.accept(System.nanoTime());
        } catch (Throwable e) {
            note(e);
        }
    }

    private static void note(Throwable thrown) {
        try {
            System.getLogger(Ticker.class.getName()).log(System.Logger.Level.ERROR, "a tick failed", thrown);
        } catch (Throwable e) {
            // There is no memory even for that.
        }
    }
}
