package dev.posthouse.interop.transfers.vanished;

import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Writes an oracle's bytes at 1 MB/s until it is closed or nobody reads any more. */
final class Trickle implements AutoCloseable {

    private static final int PIECE = 100_000;
    private static final int INTERVAL_MILLIS = 100;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("trickle").factory());

    /**
     * Starts writing.
     *
     * @param into is not closed
     */
    Trickle(ByteOracle oracle, OutputStream into) {
        ByteOracle.Source source = oracle.source(Long.MAX_VALUE);
        var _ = clock.scheduleAtFixedRate(
                () -> {
                    try {
                        into.write(source.next(PIECE));
                        into.flush();
                    } catch (IOException e) {
                        // The program has ended, which its exit status tells. An exception ends the repetition.
                        throw new IllegalStateException("nobody reads any more", e);
                    }
                },
                0,
                INTERVAL_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
