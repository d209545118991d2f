package dev.posthouse.rdv.client;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one call holds: its sockets and streams, all closed when it ends, whichever way; the one that is handed out
 * excepted. Its time limit and its cancellation close the same things at once, and whatever was blocked on them fails.
 *
 * <p>Guarded by this.
 */
final class Scope implements AutoCloseable {

    private final List<AutoCloseable> owned = new ArrayList<>();
    private final Duration limit;
    private final Consumer<Scope> onClose;
    private final @Nullable Future<?> timer;
    private boolean closed;
    private boolean timedOut;
    private boolean cancelled;
    private @Nullable Runnable onTimeout;

    /**
     * @param limit zero for none
     * @param onClose told once, when it is closed
     */
    Scope(Duration limit, Consumer<Scope> onClose) {
        this.limit = limit;
        this.onClose = onClose;
        this.timer = limit.isZero()
                ? null
                : ForkJoinPool.commonPool().schedule(this::timeIsUp, limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Closes {@code thing} with the scope, or at once if that is over. */
    <T extends AutoCloseable> T own(T thing) throws IOException {
        synchronized (this) {
            if (!closed) {
                owned.add(thing);
                return thing;
            }
        }
        release(thing);
        throw new IOException("cancelled");
    }

    /** Closes {@code outer} instead of {@code inner}, which it has wrapped and closes itself. */
    <T extends AutoCloseable> T own(T outer, AutoCloseable inner) throws IOException {
        synchronized (this) {
            owned.remove(inner);
        }
        return own(outer);
    }

    /** Lets a stream outlive the scope. */
    synchronized void handOut(ByteStream stream) throws IOException {
        handOut();
        ByteStream held = stream instanceof PushbackStream pushback ? pushback.below() : stream;
        owned.removeIf(held::equals);
    }

    /** Lets everything outlive the scope. */
    synchronized void handOutAll() throws IOException {
        handOut();
        owned.clear();
    }

    private void handOut() throws IOException {
        if (closed) {
            throw new IOException("cancelled");
        }
    }

    /** Instead of ending everything, the time limit does this, once; for a dialer that then takes the relay. */
    synchronized void onTimeout(Runnable instead) {
        onTimeout = instead;
    }

    private void timeIsUp() {
        Runnable instead;
        synchronized (this) {
            timedOut = true;
            instead = onTimeout;
        }
        if (instead != null) {
            instead.run();
        } else {
            close();
        }
    }

    /** Ends the call from outside. */
    void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        close();
    }

    /** Says what really ended the call, where that was not {@code failure} itself. */
    synchronized IOException explain(IOException failure) {
        if (timedOut && !(failure instanceof TimedOut)) {
            return new TimedOut("no connection within " + limit.toMillis() + " ms", failure);
        }
        return cancelled ? new IOException("the client was closed while connecting", failure) : failure;
    }

    @Override
    public void close() {
        List<AutoCloseable> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(owned);
        }
        if (timer != null) {
            timer.cancel(false);
        }
        all.reversed().forEach(Scope::release);
        onClose.accept(this);
    }

    private static void release(AutoCloseable thing) {
        try {
            if (thing instanceof ByteStream stream) {
                stream.abort();
            } else {
                thing.close();
            }
        } catch (Exception e) {
            // It is closed as far as it can be.
        }
    }
}
