package dev.posthouse.offset.wire;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.LingeringClose;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends a stream of frames so that what was sent arrives, by a {@link LingeringClose}: a keepalive under way is enough to lose it (spec 2).
 *
 * <p>A stream has one reader at a time. A thread that receives while the stream is closed keeps that role until its read returns,
 * which the answer to the FIN makes it do; then a thread of this class takes it. If it does not return in time, closing the stream
 * ends it. The other way round nobody receives any more once the end has begun.
 *
 * <p>A message that is being written when the end begins is completed, if it can be in that time; else the stream is aborted.
 */
final class FrameEnd {

    /** What a peer may still send: more than the systems on both sides hold for one connection, less than a flood. */
    static final long MAX_DISCARDED = 8L << 20;

    private final ByteStream stream;

    /** Whoever holds it writes. */
    private final ReentrantLock sending;

    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition noReader = lock.newCondition();

    /** Guarded by the lock. */
    private boolean reading;

    /** Written under the lock, once. */
    private volatile boolean closing;

    FrameEnd(ByteStream stream, ReentrantLock sending) {
        this.stream = stream;
        this.sending = sending;
    }

    boolean isClosing() {
        return closing;
    }

    void requireOpen() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
    }

    /** Takes the role of the reader. */
    void beginReading() throws ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
            if (reading) {
                throw new IllegalStateException("one thread at a time receives, and another one does");
            }
            reading = true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives it back. */
    void endReading() {
        lock.lock();
        try {
            reading = false;
            noReader.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Starts the end; a second time does nothing. */
    void begin() {
        if (markClosing()) {
            try {
                Thread.ofVirtual().name("offset end of " + stream).start(this::run);
            } catch (OutOfMemoryError e) {
                abort(); // there is no memory for an end in order
                throw e;
            }
        }
    }

    void abort() {
        markClosing();
        stream.abort();
        over.countDown();
    }

    void await() throws InterruptedException {
        over.await();
    }

    private boolean markClosing() {
        lock.lock();
        try {
            boolean first = !closing;
            closing = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long deadline = System.nanoTime() + LingeringClose.LIMIT.toNanos();
        try {
            if (!endOutput(deadline)) {
                stream.abort();
            } else if (stream.carriesHalfClose() && awaitNoReader(deadline)) {
                LingeringClose.discard(stream, deadline, MAX_DISCARDED);
            }
            stream.close();
        } catch (IOException e) {
            stream.abort(); // it is broken, or took too long: nothing is left that could be delivered
        } catch (InterruptedException e) {
            stream.abort();
            Thread.currentThread().interrupt();
        } finally {
            over.countDown();
        }
    }

    /** @return false if a message was being written all the time */
    private boolean endOutput(long deadline) throws IOException, InterruptedException {
        if (!sending.tryLock(left(deadline), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            LingeringClose.endOutput(stream, deadline);
            return true;
        } finally {
            sending.unlock();
        }
    }

    private boolean awaitNoReader(long deadline) throws InterruptedException {
        lock.lock();
        try {
            while (reading) {
                if (left(deadline) <= 0) {
                    return false;
                }
                long _ = noReader.awaitNanos(left(deadline)); // what is left is computed anew
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static long left(long deadline) {
        return deadline - System.nanoTime();
    }
}
