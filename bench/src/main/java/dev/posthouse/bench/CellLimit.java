package dev.posthouse.bench;

import dev.posthouse.bench.process.ChildProcesses;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the time of one round of one measure: a relay that hangs is ended, upon which every connection through it fails,
 * and the measuring thread is interrupted.
 */
final class CellLimit implements Closeable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cell-limit").factory());
    private final ChildProcesses children;

    CellLimit(ChildProcesses children) {
        this.children = children;
    }

    /** One bounded stretch of the calling thread; closed by that thread. */
    final class Stretch implements Closeable {
        private final Thread measuring = Thread.currentThread();
        private final ScheduledFuture<?> end;
        private boolean closed;
        private boolean reached;

        private Stretch(Duration limit) {
            end = timer.schedule(this::reach, limit.toMillis(), TimeUnit.MILLISECONDS);
        }

        private synchronized void reach() {
            if (!closed) {
                reached = true;
                measuring.interrupt();
                children.close();
            }
        }

        synchronized boolean wasReached() {
            return reached;
        }

        @Override
        public synchronized void close() {
            closed = true;
            end.cancel(false);
            if (reached) {
                // The interrupt was meant for what has just ended.
                Thread.interrupted();
            }
        }
    }

    Stretch begin(Duration limit) {
        return new Stretch(limit);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
