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
final class StreamWatch extends Timed implements Watch, Runnable {

    private final SelectorLoop clock;
    private final PendingRead pending;
    private final Consumer<WatchEnd> onEnd;
    private final Consumer<StreamWatch> onOver;
    // Guarded by this.
    private boolean over;
    // Set before it is told; these two kept here, so that nothing need be allocated to tell it.
    private WatchEnd.Cause why = WatchEnd.Cause.SHUTDOWN;
    private final PendingReadStream rest;

    /**
     * @param clock keeps the time limit
     * @param onOver told once, whoever ended it
     */
    StreamWatch(SelectorLoop clock, PendingRead pending, Consumer<WatchEnd> onEnd, Consumer<StreamWatch> onOver) {
        this.clock = clock;
        this.pending = pending;
        this.rest = new PendingReadStream(pending);
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
        return take() ? Optional.of(rest) : Optional.empty();
    }

    private void end(WatchEnd.Cause cause) {
        if (take()) {
            why = cause;
            clock.start(this);
        }
    }

    /** Tells whoever watches, on a thread of its own. */
    @Override
    public void run() {
        onEnd.accept(new WatchEnd(why, rest));
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
        try {
            clock.submit(() -> clock.timers().disarm(this));
        } catch (OutOfMemoryError e) {
            // Then it is still there when its time comes, and over.
        }
        onOver.accept(this);
        return true;
    }
}
