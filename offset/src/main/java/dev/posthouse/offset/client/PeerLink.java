package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.channel.Ticks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection with a peer that does the same (spec 8.3, 8.4). Their keys say which of the two {@linkplain Direction dials}; that
 * one dials anew when the connection has ended: at once, or after some ticks if it was a short one or nothing came of the attempt.
 *
 * <p>Where a second connection comes while there is one, the newest wins once its peer has proved to be the same: it would not dial if it
 * had not lost the other. So a silent break is over at the next attempt, not only after the keepalive's time, as in the original.
 *
 * <p>Thread-safe. Ended by {@link #close}; a connection that was taken lives on.
 */
public final class PeerLink implements AutoCloseable {

    private final Legs legs;
    private final Rotation rotation;
    private final Ed25519PublicKey peer;
    private final Direction direction;
    private final BackOff backOff;
    private final Consumer<PeerLink> onChange;
    private final Attempts attempts = new Attempts("link");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile List<RelayAddress> relays;
    // These three guarded by the lock. What was not taken yet is also the current one.
    private @Nullable OffsetConnection current;
    private @Nullable OffsetConnection untaken;
    private boolean closed;

    /** @param onChange told when the relays have changed, and when it was closed */
    PeerLink(
            Legs legs,
            Rotation rotation,
            Ed25519PublicKey peer,
            Direction direction,
            List<RelayAddress> relays,
            BackOff backOff,
            Consumer<PeerLink> onChange) {
        this.legs = legs;
        this.rotation = rotation;
        this.peer = peer;
        this.direction = direction;
        this.relays = List.copyOf(relays);
        this.backOff = backOff;
        this.onChange = onChange;
    }

    /** With whom. */
    public Ed25519PublicKey peer() {
        return peer;
    }

    /** Whether we dial, or wait for the peer. */
    public Direction direction() {
        return direction;
    }

    /** Where the two meet. */
    public List<RelayAddress> relays() {
        return relays;
    }

    /** Changes where the two meet, from the next attempt on; a connection that stands goes on. */
    public void relays(List<RelayAddress> meeting) {
        relays = List.copyOf(meeting);
        backOff.cutShort();
        onChange.accept(this);
    }

    /**
     * Waits for a connection that was not handed out before. After it has ended there will be another.
     *
     * @return the caller's to close
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException if the link was closed
     */
    public OffsetConnection next() throws IOException {
        try {
            lock.lockInterruptibly();
            try {
                while (!closed) {
                    OffsetConnection taken = untaken;
                    if (taken != null) {
                        untaken = null;
                        return taken;
                    }
                    changed.await();
                }
                throw new ClosedChannelException();
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection");
        }
    }

    /** Starts to dial, if that is our part. */
    void start() {
        if (direction == Direction.CONNECT) {
            Thread.ofVirtual().name("offset link").start(this::keepDialling);
        }
    }

    private void keepDialling() {
        while (!attempts.isClosed()) {
            boolean lasted = false;
            try {
                lasted = dialOnce();
            } catch (IOException e) {
                // The next attempt is the answer.
            }
            try {
                if (lasted) {
                    backOff.reset();
                } else {
                    pause();
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void pause() throws IOException {
        attempts.run(
                Duration.ZERO,
                () -> {
                    backOff.pause();
                    return backOff;
                },
                paused -> {});
    }

    /** Whether there was a connection, and it was no short one. */
    private boolean dialOnce() throws IOException {
        List<RelayAddress> now = relays;
        if (now.isEmpty()) {
            return false;
        }
        OffsetConnection connection =
                attempts.run(Duration.ZERO, () -> rotation.once(now, peer), OffsetConnection::abort);
        arrived(connection);
        var lived = new AtomicInteger();
        try (Ticks.Registration ticking = legs.channels().ticks().each(lived::incrementAndGet)) {
            attempts.run(
                    Duration.ZERO,
                    () -> {
                        connection.awaitOver();
                        return connection;
                    },
                    over -> {});
        }
        return lived.get() >= BackOff.BASE;
    }

    /** A connection with the peer, which has proved to be it. */
    void arrived(OffsetConnection connection) {
        @Nullable OffsetConnection older;
        lock.lock();
        try {
            older = closed ? connection : current;
            if (!closed) {
                current = connection;
                untaken = connection;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (older != null) {
            older.abort();
        }
    }

    /** Does not block. A second call does nothing. */
    @Override
    public void close() {
        @Nullable OffsetConnection left;
        lock.lock();
        try {
            closed = true;
            left = untaken;
            untaken = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (left != null) {
            left.abort();
        }
        attempts.close();
        onChange.accept(this);
    }

    boolean isClosed() {
        return attempts.isClosed();
    }
}
