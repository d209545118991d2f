package dev.posthouse.offset.client;

import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.channel.HeldMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has come through a tunnel and was not taken yet. One thread receives from the beginning to the end, so that the peer's end and
 * its signs of life are noticed whoever reads here, or nobody; it reads no further while {@link #ROOM} is used up, and the peer is held
 * back. Once {@linkplain #close() closed}, what still comes is thrown away: a socket with unread bytes would be reset when it is closed,
 * and with it what the peer has not fetched yet.
 */
final class Inbox {

    /** What may be kept, in bytes of cost; one message more than that if there is room left at all. */
    private static final int ROOM = 128 * 1024;

    /**
     * What a peer may still send to an end that is closed: more than it may have sent ahead of us, in the window of an acknowledged stream
     * or on the way. Then it is told, by a reset.
     */
    private static final long MAX_DISCARDED = 32L << 20;

    private final MessageStream channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by the lock.
    private final HeldMessages messages = new HeldMessages();
    private long discarded;
    private boolean closed;
    private boolean ended;
    private @Nullable IOException cause;
    private @Nullable IOException failure;

    Inbox(MessageStream channel) {
        this.channel = channel;
    }

    /**
     * Receives until the peer has closed the tunnel.
     *
     * @throws IOException if the tunnel broke, or the peer did not stop sending to an end that is closed
     */
    void fill() throws IOException {
        try {
            for (Optional<ByteBuffer> next = channel.receive(); next.isPresent(); next = channel.receive()) {
                put(next.get());
            }
            end(null);
        } catch (IOException e) {
            end(e);
            throw e;
        }
    }

    private void put(ByteBuffer message) throws ProtocolViolation {
        lock.lock();
        try {
            while (messages.cost() >= ROOM && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                discarded += HeldMessages.costOf(message);
                if (discarded > MAX_DISCARDED) {
                    throw new ProtocolViolation("the peer goes on sending to an end that is closed");
                }
                return;
            }
            messages.add(message);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void end(@Nullable IOException why) {
        lock.lock();
        try {
            ended = true;
            failure = why instanceof ClosedChannelException && cause != null ? cause : why;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the next message.
     *
     * @param nanos how long; 0 for as long as it takes
     * @return empty when the peer has closed the tunnel
     * @throws TimedOut if nothing came in that time
     * @throws IOException if the tunnel broke or was closed here
     */
    Optional<ByteBuffer> take(long nanos) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (true) {
                if (closed) {
                    throw new AsynchronousCloseException();
                }
                Optional<ByteBuffer> next = messages.poll();
                if (next.isPresent()) {
                    changed.signalAll();
                    return next;
                }
                if (failure != null) {
                    throw broke(failure);
                }
                if (ended) {
                    return Optional.empty();
                }
                if (nanos == 0) {
                    changed.await();
                } else if (left <= 0) {
                    throw new TimedOut("nothing was received within " + nanos / 1_000_000 + " ms");
                } else {
                    left = changed.awaitNanos(left);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says why the tunnel is aborted now, which is the failure then, and not what the abort looks like to the one that receives. */
    void because(IOException why) {
        lock.lock();
        try {
            if (cause == null) {
                cause = why;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Why the tunnel broke, if it did. */
    Optional<IOException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    /** The failure as whoever uses the tunnel gets it; each thread its own. */
    static IOException broke(IOException failure) {
        String what = "the tunnel broke: " + failure.getMessage();
        return failure instanceof ConnectionLost lost
                ? new ConnectionLost(lost.how(), what, lost)
                : new IOException(what, failure);
    }

    /** Throws away what is kept and what comes; whoever waits here fails. */
    void close() {
        lock.lock();
        try {
            closed = true;
            messages.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
