package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AcknowledgedStream} knows, and who waits for what: how far either direction has come, who reads below, and how it ended.
 * One lock guards all of it and is never held while the stream below is read or written; every method takes it, except where it says that
 * it is called under it.
 *
 * <p><b>Who reads.</b> The stream below is read by one at a time, who holds the place of the <em>reader</em>:
 *
 * <ul>
 *   <li>nobody: between two reads of the application;
 *   <li>the application, from {@link #take} to {@link #applicationRead}: data go straight into its buffer;
 *   <li>a substitute, who puts data into the backlog: whoever waits in {@link #awaitReceived}, or else a virtual thread, which is started
 *       when a writer waits for what the peer says while the application does not read, and by a tick that finds the application away. It
 *       stays until something came while the application or the former waits for the place, or until the connection ends. A thread
 *       that waits anyway reads at a third of what it costs to wake a second one for each word.
 * </ul>
 *
 * <p><b>Failures.</b> The first cause wins: every later call fails with it. What had come before, and the end behind it, can still be read.
 */
final class Monitor implements Outgoing.Positions {

    /** How long who waits for the peer's word leaves the reading to an application that is between two reads. */
    private static final long APPLICATION_NANOS = 20_000_000;

    /** For a peer's last word to arrive that says why it no longer takes anything. */
    private static final long REASON_NANOS = TimeUnit.SECONDS.toNanos(1);

    private enum Reader {
        NOBODY,
        APPLICATION,
        SUBSTITUTE
    }

    /** What a tick finds. */
    enum Tick {
        /** The stream is closed, or the peer has not greeted: whoever waits for that has a limit of its own. */
        NOTHING_TO_WATCH,
        WATCH,
        /** The application has taken something that the peer has not been told. */
        WATCH_AND_TELL
    }

    /**
     * What is still to be said at a close.
     *
     * @param end that our direction ends
     * @param early that the application did not want all of the peer's
     */
    record LastWords(boolean end, boolean early) {}

    private final Runnable startSubstitute;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Backlog backlog = new Backlog();
    private final InputPositions input;
    private final OutputPositions output = new OutputPositions();
    private Reader reader = Reader.NOBODY;
    private boolean applicationWaits;
    /** In {@link #awaitReceived}, for the place of the reader. */
    private int receiptWaiters;

    private boolean applicationWasHere;
    private boolean endByHand;
    private @Nullable IOException failure;
    private boolean closed;
    /** The peer has greeted. */
    private boolean greeted;
    /** The connection below brings nothing more. */
    private boolean belowEnded;

    /** @param startSubstitute starts a thread that reads until {@link #substituteRead} sends it away; called under the lock */
    Monitor(int window, Runnable startSubstitute) {
        this.input = new InputPositions(window);
        this.startSubstitute = startSubstitute;
    }

    // ---- who reads

    /**
     * What there is already, or the end; or 0, with the place of the reader taken.
     *
     * @param limit zero for none
     * @param due when it is over
     */
    int take(ByteBuffer into, Duration limit, long due) throws IOException, InterruptedException {
        lock.lock();
        try {
            applicationWasHere = true;
            while (true) {
                requireOpen();
                if (!into.hasRemaining()) {
                    return 0;
                }
                if (!backlog.isEmpty()) {
                    int count = backlog.get(into);
                    input.gave(count);
                    return count;
                }
                if (input.ended()) {
                    input.gaveEnd();
                    return -1;
                }
                requireUsable();
                if (reader == Reader.NOBODY) {
                    reader = Reader.APPLICATION;
                    return 0;
                }
                awaitPlace(limit, due);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private void awaitPlace(Duration limit, long due) throws TimedOut, InterruptedException {
        applicationWaits = true;
        try {
            if (limit.isZero()) {
                changed.await();
                return;
            }
            long left = due - System.nanoTime();
            if (left <= 0) {
                throw new TimedOut("nothing was received within " + limit.toMillis() + " ms");
            }
            var _ = changed.awaitNanos(left);
        } finally {
            applicationWaits = false;
        }
    }

    /** The application gives the place of the reader back, with so many bytes. */
    void applicationRead(int count) {
        lock.lock();
        try {
            reader = Reader.NOBODY;
            changed.signalAll();
            if (count > 0) {
                input.gave(count);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The substitute has read.
     *
     * @param piece what came
     * @param over whether nothing more comes
     * @param stays whether it would go on, if nobody else wants its place
     * @return whether it goes on
     */
    boolean substituteRead(ByteBuffer piece, boolean over, boolean stays) {
        lock.lock();
        try {
            if (piece.hasRemaining() && !closed) {
                backlog.put(piece);
            }
            boolean leaves = !stays || over || applicationWaits || receiptWaiters > 0;
            if (leaves) {
                reader = Reader.NOBODY;
            }
            changed.signalAll();
            return !leaves;
        } finally {
            lock.unlock();
        }
    }

    /** Has somebody read, if nobody does; under the lock. */
    private void substitute() {
        if (reader == Reader.NOBODY && !belowEnded) {
            reader = Reader.SUBSTITUTE;
            boolean started = false;
            try {
                startSubstitute.run();
                started = true;
            } finally {
                if (!started) {
                    reader = Reader.NOBODY; // there was no memory for its thread: the next one may have it
                }
            }
        }
    }

    /** Writing failed where nobody waits for it: who reads finds out why. */
    void lookWhy() {
        lock.lock();
        try {
            substitute();
        } finally {
            lock.unlock();
        }
    }

    // ---- what the application has taken

    void confirmEndByHand() {
        lock.lock();
        try {
            endByHand = true;
        } finally {
            lock.unlock();
        }
    }

    boolean endIsConfirmedByHand() {
        lock.lock();
        try {
            return endByHand;
        } finally {
            lock.unlock();
        }
    }

    /** The application has dealt with what it was given; whether the peer must be told at once. */
    boolean acknowledge() {
        lock.lock();
        try {
            return input.take();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long taken() {
        lock.lock();
        try {
            return input.taken();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean nothingUnderWay() {
        lock.lock();
        try {
            return output.nothingUnderWay();
        } finally {
            lock.unlock();
        }
    }

    // ---- what the peer says

    /** So many bytes are about to come. */
    void announced(int length) throws ProtocolViolation {
        lock.lock();
        try {
            input.announced(length);
        } finally {
            lock.unlock();
        }
    }

    /** The peer's end came. */
    void inputEnded() throws ProtocolViolation {
        lock.lock();
        try {
            input.end();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What the peer has taken and allows; the first is its greeting. */
    void received(long position, long most) throws ProtocolViolation {
        lock.lock();
        try {
            output.received(position, most);
            greeted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- what is waited for

    /** See {@link AcknowledgedStream#awaitPeer}. */
    void awaitPeer(Duration limit, long due) throws IOException, InterruptedException {
        lock.lock();
        try {
            while (!greeted) {
                requireUsable();
                substitute();
                long left = due - System.nanoTime();
                if (left <= 0) {
                    throw new TimedOut("the peer did not answer within " + limit.toMillis() + " ms");
                }
                var _ = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something may be sent, and counts it as sent; how much, {@code wanted} at most. */
    int reserve(int wanted) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            requireWritable();
            int count = output.send(wanted);
            while (count == 0) {
                awaitWord();
                requireWritable();
                count = output.send(wanted);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the peer has taken everything, the end included, or until the place of the reader is free, which the caller has then.
     *
     * @return whether it has all been taken; if not, the caller lets a {@link Substitute} read once
     */
    boolean awaitReceived() throws IOException, InterruptedException {
        lock.lock();
        receiptWaiters++;
        try {
            while (!output.allReceived()) {
                requireUsable();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (reader != Reader.NOBODY) {
                    changed.await();
                } else if (input.ended() || (changed.awaitNanos(APPLICATION_NANOS) <= 0 && reader == Reader.NOBODY)) {
                    reader = Reader.SUBSTITUTE;
                    return false;
                }
            }
            return true;
        } finally {
            receiptWaiters--;
            lock.unlock();
        }
    }

    /** Waits for something to change that the peer has to say; under the lock. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void awaitWord() throws InterruptedException {
        if (input.ended() || !greeted) {
            substitute(); // the application has no reason to read any more, or did not begin to
        }
        if (reader != Reader.NOBODY) {
            changed.await();
        } else if (changed.awaitNanos(APPLICATION_NANOS) <= 0) {
            substitute();
        }
    }

    // ---- ends and failures

    /** Our direction ends; false if it had before. */
    boolean endOutput() throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (output.ended()) {
                return false;
            }
            requireUsable();
            output.end();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Fails if this end was closed or aborted. */
    void checkOpen() throws ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Under the lock. */
    private void requireUsable() throws IOException {
        requireOpen();
        if (failure != null) {
            throw failure;
        }
    }

    /** Under the lock. */
    private void requireWritable() throws IOException {
        requireUsable();
        if (output.ended()) {
            throw new ClosedChannelException();
        }
    }

    /** Notes why every later call fails, if it is the first cause. */
    void fail(IOException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause instanceof ConnectionLost || cause instanceof ProtocolViolation
                        ? cause
                        : new ConnectionLost(ConnectionLost.How.CUT, cut(cause), cause);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The sentence for a connection that was cut. */
    static String cut(IOException cause) {
        String message = cause.getMessage();
        return "the connection was cut: " + (message == null || message.isBlank() ? "it was closed below" : message);
    }

    /** The connection below brings nothing more. */
    void belowEnded() {
        lock.lock();
        try {
            belowEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the connection below brings nothing more, for so long. */
    void awaitBelowEnded(Duration limit) throws InterruptedException {
        long due = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            while (!belowEnded && due > System.nanoTime()) {
                substitute();
                var _ = changed.awaitNanos(due - System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    /** A write failed. The peer may have said why before it went, which is then still to be read; what to fail with. */
    IOException causeOf(IOException writing) {
        lock.lock();
        try {
            long due = System.nanoTime() + REASON_NANOS;
            while (failure == null && !closed && !belowEnded && due > System.nanoTime()) {
                substitute();
                var _ = changed.awaitNanos(due - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        fail(writing);
        lock.lock();
        try {
            return closed ? new ClosedChannelException() : failure == null ? writing : failure;
        } finally {
            lock.unlock();
        }
    }

    Tick tick() {
        lock.lock();
        try {
            if (closed || !greeted) {
                return Tick.NOTHING_TO_WATCH;
            }
            if (!applicationWasHere && failure == null) {
                substitute();
            }
            applicationWasHere = reader == Reader.APPLICATION;
            return input.tell() && failure == null ? Tick.WATCH_AND_TELL : Tick.WATCH;
        } finally {
            lock.unlock();
        }
    }

    boolean isOpen() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** What was read counts as taken, and our direction ends. */
    LastWords beforeClose() {
        lock.lock();
        try {
            input.takeEnd();
            var words = new LastWords(!output.ended() && failure == null, !input.allTaken());
            if (!closed) {
                output.end();
            }
            return words;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this call closed it. */
    boolean markClosed() {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            backlog.clear();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }
}
