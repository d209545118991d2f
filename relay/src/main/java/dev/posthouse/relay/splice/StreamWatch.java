package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream that no selector knows and that waits with a {@link PendingRead}.
 *
 * <p>States: <i>watching</i>; <i>over</i>. The one change between them is made under this object's lock: by the reading
 * thread, by the loop that keeps the time, or by the thread that releases.
 */
final class StreamWatch extends Timed implements Watch {

    private final SelectorLoop clock;
    private final PendingRead pending;
    private final Consumer<WatchEnd> onEnd;
    private final Consumer<StreamWatch> onOver;
    // Guarded by this.
    private boolean over;

    /**
     * @param clock keeps the time limit
     * @param onOver told once, whoever ended it
     */
    StreamWatch(SelectorLoop clock, PendingRead pending, Consumer<WatchEnd> onEnd, Consumer<StreamWatch> onOver) {
        this.clock = clock;
        this.pending = pending;
        this.onEnd = onEnd;
        this.onOver = onOver;
    }

    void start(long limitNanos) {
        if (limitNanos != 0) {
            long due = System.nanoTime() + limitNanos;
            boolean accepted = clock.submit(() -> {
                if (!isOver()) {
                    clock.timers().arm(this, due);
                }
            });
            if (!accepted) {
                // Nobody would keep its time.
                end(WatchEnd.Cause.SHUTDOWN);
            }
        }
        pending.whenDone(() -> end(WatchEnd.Cause.READABLE));
    }

    @Override
    void expired(long now) {
        end(WatchEnd.Cause.TIMED_OUT);
    }

    @Override
    void stop(Reason reason, @Nullable Throwable cause) {
        end(WatchEnd.Cause.SHUTDOWN);
    }

    @Override
    public Optional<ByteStream> release() {
        return take() ? Optional.of(new PendingReadStream(pending)) : Optional.empty();
    }

    private void end(WatchEnd.Cause cause) {
        if (take()) {
            var end = new WatchEnd(cause, new PendingReadStream(pending));
            Thread.startVirtualThread(() -> onEnd.accept(end));
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    private boolean take() {
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
        }
        pending.forget();
        clock.submit(() -> clock.timers().disarm(this));
        onOver.accept(this);
        return true;
    }
}
