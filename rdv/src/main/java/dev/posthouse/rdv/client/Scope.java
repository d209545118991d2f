package dev.posthouse.rdv.client;

import dev.posthouse.net.Alarms;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private final Alarms.@Nullable Alarm timer;
    private boolean closed;
    private boolean timedOut;
    /** Who was closed meanwhile. */
    private @Nullable String closedOwner;

    private @Nullable Runnable onTimeout;
    /** Whether this is not the first attempt. */
    private boolean again;

    private Stage stage = new Stage.Reaching("the relay was not reached");

    /** How far a call has come, which is what its failure is called if the time is up. */
    sealed interface Stage {

        /** On the way to the relay. {@code undone} is what has not happened yet: "the name x was not resolved". */
        record Reaching(String undone) implements Stage {}

        /** The request is there, and the peer is not. {@code undone} as above. */
        record Waiting(String undone) implements Stage {}

        /** Both are there, and nothing is chosen. */
        record Choosing() implements Stage {}
    }

    /**
     * @param limit zero for none
     * @param onClose told once, when it is closed
     */
    Scope(Duration limit, Consumer<Scope> onClose) {
        this.limit = limit;
        this.onClose = onClose;
        // Closing a socket waits for its thread: not for the timer's to do.
        this.timer = limit.isZero() ? null : Alarms.shared().setBlocking(limit, this::timeIsUp);
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

    /** What is under way from now on. */
    synchronized void enter(Stage next) {
        // Who is on the way to the relay again has been there: not that is what has not happened in time.
        if (!(again && next instanceof Stage.Reaching)) {
            stage = next;
        }
    }

    /** Closes what was opened until now, for another attempt within the same time. */
    void startOver() {
        List<AutoCloseable> all;
        synchronized (this) {
            all = List.copyOf(owned);
            owned.clear();
            again = true;
            onTimeout = null;
        }
        all.reversed().forEach(Scope::release);
    }

    /**
     * Waits, for as long as the scope is open.
     *
     * @param nanos not at all if it is not positive
     * @throws IOException if the scope was closed
     */
    synchronized void pause(long nanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !closed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (closed) {
            throw new IOException("cancelled");
        }
    }

    /** The time that a part of the call may take. */
    static Duration within(Duration limit, Duration part) {
        return limit.isZero() || limit.compareTo(part) > 0 ? part : limit;
    }

    /** Lets a stream outlive the scope. */
    synchronized void handOut(ByteStream stream) throws IOException {
        handOut();
        ByteStream held = stream;
        while (!owned.remove(held) && held instanceof DelegatingStream outer) {
            held = outer.below();
        }
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

    /** Ends the call from outside, since {@code owner} was closed. */
    void cancel(String owner) {
        synchronized (this) {
            closedOwner = owner;
        }
        close();
    }

    /** Whether its time is up, or it was cancelled. */
    synchronized boolean isOver() {
        return timedOut || closedOwner != null || closed;
    }

    /** Says what really ended the call, where that was not {@code failure} itself. */
    synchronized IOException explain(IOException failure) {
        if (timedOut && !(failure instanceof TimedOut)) {
            String within = " within " + Timeouts.inWords(limit);
            return switch (stage) {
                case Stage.Reaching reaching -> new RelayUnreachable(reaching.undone() + within, failure);
                case Stage.Waiting waiting ->
                    new TimedOut(waiting.undone() + within + "; compare the two words", failure);
                case Stage.Choosing choosing -> new TimedOut("no connection" + within, failure);
            };
        }
        return closedOwner == null
                ? failure
                : new IOException("the " + closedOwner + " was closed while connecting", failure);
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
            notifyAll();
        }
        if (timer != null) {
            timer.cancel();
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
