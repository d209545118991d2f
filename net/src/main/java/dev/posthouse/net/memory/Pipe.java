package dev.posthouse.net.memory;

import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One direction of a pair: bytes in order, at most {@code capacity} under way, each due after the latency. Everything is
 * guarded by one lock, which is held only for copying; an idle pipe holds no buffer.
 *
 * <p>The writer ends it with {@link #finish} or {@link #closeWriter}, which put an end behind the bytes, the reader with
 * {@link #closeReader}, after which writing fails; either breaks it by aborting, which drops what is under way. Each of
 * these is one step under the lock: an abort must not look like an end for a moment.
 */
final class Pipe {

    /** Bytes that were written together. */
    private record Segment(ByteBuffer bytes, long due) {}

    private final int capacity;
    private final long latencyNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    private final ArrayDeque<Segment> underWay = new ArrayDeque<>();
    private int count;
    private boolean finished;
    private long endDue;
    private boolean reset;
    private boolean readerClosed;
    private boolean writerClosed;
    // Written under the lock, read by any thread.
    private volatile long lastTaken = System.nanoTime();

    Pipe(int capacity, long latencyNanos) {
        this.capacity = capacity;
        this.latencyNanos = latencyNanos;
    }

    /**
     * Reads what is due.
     *
     * @param timeoutNanos 0 for none
     * @return as {@link dev.posthouse.net.ByteStream#read}
     */
    int read(ByteBuffer into, long timeoutNanos) throws IOException, InterruptedException {
        long start = System.nanoTime();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (readerClosed) {
                    throw new AsynchronousCloseException();
                }
                if (reset) {
                    throw new SocketException("the connection was reset by the peer");
                }
                long now = System.nanoTime();
                long wait = untilDue(now);
                if (wait <= 0) {
                    return underWay.isEmpty() ? -1 : take(into, now);
                }
                if (timeoutNanos > 0) {
                    long left = timeoutNanos - (now - start);
                    if (left <= 0) {
                        throw new TimedOut("nothing was received within " + timeoutNanos / 1_000_000 + " ms");
                    }
                    wait = Math.min(wait, left);
                }
                if (wait == Long.MAX_VALUE) {
                    readable.await();
                } else {
                    long _ = readable.awaitNanos(wait); // what is left is computed anew from the clock
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds until the next bytes or the end are there; 0 or less if they are; MAX_VALUE if nothing is under way. */
    private long untilDue(long now) {
        Segment next = underWay.peek();
        if (next != null) {
            return next.due() - now;
        }
        return finished ? endDue - now : Long.MAX_VALUE;
    }

    private int take(ByteBuffer into, long now) {
        int taken = 0;
        for (Segment next = underWay.peek();
                next != null && into.hasRemaining() && next.due() - now <= 0;
                next = underWay.peek()) {
            int part = Math.min(into.remaining(), next.bytes().remaining());
            into.put(into.position(), next.bytes(), next.bytes().position(), part);
            into.position(into.position() + part);
            next.bytes().position(next.bytes().position() + part);
            taken += part;
            if (!next.bytes().hasRemaining()) {
                underWay.remove();
            }
        }
        count -= taken;
        writable.signalAll();
        return taken;
    }

    /** Writes all of {@code from}, as {@link dev.posthouse.net.ByteStream#write}. */
    void write(ByteBuffer from) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (writerClosed) {
                    throw new AsynchronousCloseException();
                }
                if (finished) {
                    throw new ClosedChannelException();
                }
                if (reset) {
                    throw new SocketException("the connection was reset by the peer");
                }
                if (readerClosed) {
                    throw new SocketException("the peer has closed the connection");
                }
                if (!from.hasRemaining()) {
                    return;
                }
                int room = capacity - count;
                if (room == 0) {
                    writable.await();
                    continue;
                }
                byte[] part = new byte[Math.min(room, from.remaining())];
                from.get(part);
                count += part.length;
                lastTaken = System.nanoTime();
                underWay.add(new Segment(ByteBuffer.wrap(part), lastTaken + latencyNanos));
                readable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** When a write last put something in, as {@link System#nanoTime()}. */
    long lastTaken() {
        return lastTaken;
    }

    /** Puts an end behind what was written. */
    void finish() {
        lock.lock();
        try {
            if (!finished) {
                finished = true;
                endDue = System.nanoTime() + latencyNanos;
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** The writing end is closed: an end behind what was written, and a write under way fails. */
    void closeWriter() {
        lock.lock();
        try {
            writerClosed = true;
            finish();
        } finally {
            lock.unlock();
        }
    }

    /** The writing end is closed, and what was written is lost: the reader sees a reset, never an end. */
    void abortWriter() {
        lock.lock();
        try {
            writerClosed = true;
            reset();
        } finally {
            lock.unlock();
        }
    }

    /** The reading end is closed: nobody will take what is under way, and writing fails from now on. */
    void closeReader() {
        lock.lock();
        try {
            readerClosed = true;
            drop();
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** The same, and to the writer it is a reset. */
    void abortReader() {
        lock.lock();
        try {
            readerClosed = true;
            reset();
        } finally {
            lock.unlock();
        }
    }

    private void reset() {
        reset = true;
        drop();
        signal();
    }

    private void drop() {
        underWay.clear();
        count = 0;
    }

    private void signal() {
        readable.signalAll();
        writable.signalAll();
    }
}
