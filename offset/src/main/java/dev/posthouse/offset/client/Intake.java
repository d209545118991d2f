package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whom a listener lets in: requests that wait, at most {@link #LONGEST_QUEUE}; connections that are being set up, or are set up and wait
 * to be taken, at most {@link #MOST_AT_ONCE}. A request that finds no room is rejected, which its peer hears of at once.
 *
 * <p>Each is set up on a virtual thread of its own. One lock guards everything, and is held for no call that blocks.
 */
final class Intake {

    /** Our decision: as many set-ups as keep a machine busy, and connections as the usual backlog of a socket. */
    static final int MOST_AT_ONCE = 64;

    /** Our decision: what waits for {@link #MOST_AT_ONCE} others takes some seconds as it is. */
    static final int LONGEST_QUEUE = 256;

    /**
     * A peer that wants to connect.
     *
     * @param atNanos when, as {@link System#nanoTime()}
     * @param reject tells the relay that it will not be; may block
     */
    record Request(RelayAddress relay, Ed25519PublicKey from, long atNanos, Runnable reject) {}

    /** Sets a connection up; has rejected the request, where that helps, if it fails. */
    interface Accepting {
        OffsetConnection accept(Request request) throws IOException;
    }

    private static final System.Logger LOG = System.getLogger(Intake.class.getName());

    private final Accepting accepting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by the lock.
    private final Queue<Request> waiting = new ArrayDeque<>();
    private final Queue<OffsetConnection> ready = new ArrayDeque<>();
    private int inHand;
    private boolean closed;
    private @Nullable IOException end;

    Intake(Accepting accepting) {
        this.accepting = accepting;
    }

    /** Takes a request up. Does not block; false if there is no room for it. */
    boolean offer(Request request) {
        lock.lock();
        try {
            if (closed || waiting.size() >= LONGEST_QUEUE) {
                return false;
            }
            waiting.add(request);
            beginMore();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** With the lock. */
    private void beginMore() {
        while (!waiting.isEmpty() && inHand + ready.size() < MOST_AT_ONCE) {
            Request next = waiting.remove();
            inHand++;
            Thread.ofVirtual().name("offset accept").start(() -> setUp(next));
        }
    }

    private void setUp(Request request) {
        try {
            OffsetConnection made = accepting.accept(request);
            if (!keep(made)) {
                made.abort();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "no connection with " + request.from() + ": " + e.getMessage());
        } finally {
            setUpIsOver();
        }
    }

    private boolean keep(OffsetConnection made) {
        lock.lock();
        try {
            return !closed && ready.add(made);
        } finally {
            lock.unlock();
        }
    }

    private void setUpIsOver() {
        lock.lock();
        try {
            inHand--;
            beginMore();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a connection.
     *
     * @param limit zero for none
     * @throws TimedOut if none came in that time
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException when there will be none any more
     */
    OffsetConnection take(Duration limit) throws IOException {
        long left = Timeouts.nanos(limit);
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            while (true) {
                if (closed) {
                    throw new ClosedChannelException();
                }
                OffsetConnection next = ready.poll();
                if (next != null) {
                    beginMore();
                    return next;
                }
                if (end != null && inHand == 0 && waiting.isEmpty()) {
                    throw new IOException("the listener ended: " + end.getMessage(), end);
                }
                if (limit.isZero()) {
                    changed.await();
                } else if (left <= 0) {
                    throw new TimedOut("no peer came within " + limit.toMillis() + " ms");
                } else {
                    left = changed.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for a connection");
    }

    /** No request will come any more; what was begun is finished before anybody hears of it. */
    void end(IOException cause) {
        lock.lock();
        try {
            end = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends everything; who was not taken is sent away. */
    void close() {
        Queue<OffsetConnection> left;
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            left = new ArrayDeque<>(ready);
            ready.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(OffsetConnection::abort);
    }
}
