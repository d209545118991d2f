package dev.posthouse.offset.server;

import dev.posthouse.net.MessageStream;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.offset.channel.HeldMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A message stream that somebody watches by reading ahead until it is wanted: what came early is kept, up to a bound, and
 * its end is noticed. From {@link #handOver} on it is an ordinary message stream, whose reader gets what was read ahead
 * first.
 *
 * <p>Two threads: the watcher in {@link #watch}, and after the hand-over the reader in {@link #receive}. The message that
 * the watcher is waiting for at the hand-over is its last; the reader waits for it and then reads by itself. A hand-over that comes before
 * the watcher leaves nothing to wait for.
 */
final class ReadAhead implements MessageStream {

    private final MessageStream below;
    private final int bound;
    private final Holding holding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by the lock.
    private final HeldMessages early = new HeldMessages();
    private boolean watching;
    private boolean handedOver;
    private boolean ended;
    private @Nullable IOException failure;

    /**
     * @param bound what may be kept, in bytes of {@linkplain HeldMessages#cost cost}, and at most one message more; what comes beyond waits in the connection, and so does
     *     its end
     * @param holding for what is kept
     */
    ReadAhead(MessageStream below, int bound, Holding holding) {
        this.below = below;
        this.bound = bound;
        this.holding = holding;
    }

    /**
     * Reads ahead until the hand-over, or the end. Called once at most; the hand-over may have come before.
     *
     * @return whether it was handed over; if not, the stream has ended, or failed
     */
    boolean watch() {
        if (!begin()) {
            return true;
        }
        try {
            while (awaitRoom()) {
                Optional<ByteBuffer> message = below.receive();
                if (message.isEmpty()) {
                    return stop(true, null);
                }
                keep(message.get());
            }
            return stop(false, null);
        } catch (IOException e) {
            return stop(true, e);
        } catch (RuntimeException | Error e) {
            // Whoever reads on would wait for this for ever.
            return stop(true, new IOException("reading ahead failed: " + e, e));
        }
    }

    /** No, if it was handed over before: its reader reads by itself then, and waits for nobody. */
    private boolean begin() {
        lock.lock();
        try {
            watching = !handedOver;
            return watching;
        } finally {
            lock.unlock();
        }
    }

    private boolean stop(boolean atTheEnd, @Nullable IOException why) {
        lock.lock();
        try {
            ended = atTheEnd;
            failure = why;
            watching = false;
            changed.signalAll();
            return handedOver;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitRoom() {
        lock.lock();
        try {
            while (early.cost() >= bound && !handedOver) {
                changed.awaitUninterruptibly();
            }
            return !handedOver;
        } finally {
            lock.unlock();
        }
    }

    private void keep(ByteBuffer message) throws IOException {
        holding.take(HeldMessages.costOf(message), "a message that came early");
        lock.lock();
        try {
            early.add(message);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What ended the watch, unless that was the hand-over or the peer's end in order. */
    Optional<IOException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch after the message that it waits for, if it waits for one. */
    void handOver() {
        lock.lock();
        try {
            handedOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        lock.lock();
        try {
            while (early.isEmpty() && watching) {
                changed.awaitUninterruptibly();
            }
            Optional<ByteBuffer> next = early.poll();
            if (next.isPresent()) {
                holding.give(HeldMessages.costOf(next.get()));
                return next;
            }
            if (failure != null) {
                throw new IOException("the connection failed: " + failure.getMessage(), failure);
            }
            if (ended) {
                return Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        return below.receive();
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        below.send(message);
    }

    @Override
    public OptionalLong lastTaken() {
        return below.lastTaken();
    }

    @Override
    public int longest() {
        return below.longest();
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public void abort() {
        below.abort();
        handOver();
    }

    @Override
    public void close() throws IOException {
        below.close();
        handOver();
    }
}
