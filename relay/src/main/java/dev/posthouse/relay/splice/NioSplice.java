package dev.posthouse.relay.splice;

import dev.posthouse.net.TcpStream;
import dev.posthouse.relay.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Two raw TCP sockets joined on a {@link SelectorLoop}. What concerns the pair is here: its start and its end, idle time
 * and meters; the bytes are moved by its two {@link Leg}s. It is its own timer, for the sake of its size.
 *
 * <p>States: <i>submitted</i>; <i>running</i>; <i>limited</i>, when an allowance is used up: nothing is read any more,
 * what waits is still written, and {@link Splicer#DRAIN} later it ends; <i>over</i>. Everything runs on the loop's
 * thread but {@link #leftToRight}, {@link #rightToLeft} and {@link #end}.
 */
final class NioSplice extends Timed implements Splice {

    private final SelectorLoop loop;
    private final Leg left;
    private final Leg right;
    private final @Nullable Meter meter;
    private final long idleNanos;
    private final long stalledNanos;
    private final Consumer<SpliceEnd> onEnd;
    private long lastMoved;
    private long drainingSince;
    private boolean limited;
    private boolean draining;
    private boolean over;

    /** @param loop counts this pair already */
    NioSplice(
            SelectorLoop loop,
            TcpStream left,
            @Nullable ByteBuffer leftFront,
            TcpStream right,
            @Nullable ByteBuffer rightFront,
            Terms terms,
            Consumer<SpliceEnd> onEnd) {
        this.loop = loop;
        this.left = new Leg(this, left, leftFront);
        this.right = new Leg(this, right, rightFront);
        this.meter = MeterChain.of(terms.meters());
        this.idleNanos = Splicer.nanos(terms.idle());
        this.stalledNanos = Splicer.nanos(terms.stalled());
        this.onEnd = onEnd;
    }

    /** Hands the pair to its loop. Called once, by the thread that joins; the streams are not used elsewhere any more. */
    void submit() {
        try {
            // Here and not on the loop: this waits for anybody who, against the contract, still reads or writes.
            left.stream().channel().configureBlocking(false);
            right.stream().channel().configureBlocking(false);
        } catch (IOException e) {
            refuse(Reason.PEER_RESET, e);
            return;
        }
        if (!loop.submit(this::start)) {
            refuse(Reason.SHUTDOWN, null);
        }
    }

    @Override
    public long leftToRight() {
        return left.moved();
    }

    @Override
    public long rightToLeft() {
        return right.moved();
    }

    @Override
    public void end(Reason reason) {
        // Refused only when the loop is closing, which ends this pair anyway.
        loop.submit(() -> finish(reason, null));
    }

    private void start() {
        try {
            left.register(loop);
            right.register(loop);
            lastMoved = loop.now();
            left.begin();
            right.begin();
            if (!over) {
                rearm();
            }
        } catch (IOException e) {
            broken(e);
        } catch (RuntimeException | Error e) {
            stop(Reason.INTERNAL, e);
        }
    }

    /** Ends a pair that the loop never saw. */
    private void refuse(Reason reason, @Nullable IOException error) {
        over = true;
        loop.load().decrementAndGet();
        left.stream().abort();
        right.stream().abort();
        var end = new SpliceEnd(reason, 0, 0, Optional.ofNullable(error));
        Thread.startVirtualThread(() -> onEnd.accept(end));
    }

    SelectorLoop loop() {
        return loop;
    }

    Leg partner(Leg leg) {
        return leg == left ? right : left;
    }

    @Nullable
    Meter meter() {
        return meter;
    }

    /** Whether nothing is to be read any more. */
    boolean closedForReading() {
        return limited || over;
    }

    boolean isOver() {
        return over;
    }

    /**
     * Something moved at {@code time}, or would have if the meters had let it; a leg that waits for them says when they
     * will. The idle time starts again from there.
     */
    void movedAt(long time) {
        if (time - lastMoved > 0) {
            lastMoved = time;
        }
    }

    /** Bytes wait since {@code time}. A timer that comes sooner looks for itself what is left, and sets itself anew. */
    void waitsSince(long time) {
        if (stalledNanos != 0 && (place == NOWHERE || due - (time + stalledNanos) > 0)) {
            loop.timers().arm(this, time + stalledNanos);
        }
    }

    /** Sets the one timer to whatever comes first: the end of the idle or stalled time, of draining, or a retry time. */
    void rearm() {
        long now = loop.now();
        long delay = Long.MAX_VALUE;
        if (idleNanos != 0) {
            delay = lastMoved + idleNanos - now;
        }
        if (draining) {
            delay = Math.min(delay, drainingSince + Splicer.DRAIN.toNanos() - now);
        }
        if (stalledNanos != 0) {
            delay = Math.min(delay, Math.min(left.stallDelay(now, stalledNanos), right.stallDelay(now, stalledNanos)));
        }
        delay = Math.min(delay, Math.min(left.retryDelay(now), right.retryDelay(now)));
        if (delay == Long.MAX_VALUE) {
            loop.timers().disarm(this);
        } else {
            loop.timers().arm(this, now + delay);
        }
    }

    @Override
    void expired(long now) {
        // First, since what a leg moves now was not idle, however late this timer comes.
        left.retry(now);
        right.retry(now);
        if (isOverdue(now)) {
            // The system calls a socket writable only when a third of its buffer is free, megabytes perhaps: a slow
            // reader
            // that has taken less shows by a write alone.
            left.writeAgain();
            right.writeAgain();
        }
        if (draining && now - drainingSince >= Splicer.DRAIN.toNanos()) {
            finish(Reason.LIMIT_BYTES, null);
        } else if (isStalled(left, now) || isStalled(right, now)) {
            // What the left leg has read waits for the right one.
            var error = new StalledReader(!isStalled(left, now), Duration.ofNanos(stalledNanos));
            finish(limited ? Reason.LIMIT_BYTES : Reason.STALLED, limited ? null : error);
        } else if (isIdle(now)) {
            finish(limited ? Reason.LIMIT_BYTES : Reason.IDLE, null);
        } else if (!over) {
            rearm();
        }
    }

    private boolean isOverdue(long now) {
        return isIdle(now) || isStalled(left, now) || isStalled(right, now);
    }

    private boolean isIdle(long now) {
        return idleNanos != 0 && now - lastMoved >= idleNanos;
    }

    private boolean isStalled(Leg leg, long now) {
        return stalledNanos != 0 && leg.isStalled(now, stalledNanos);
    }

    /** More was there than the meters allow. */
    void limit() {
        limited = true;
        left.updateInterest();
        right.updateInterest();
        progressed();
    }

    /** A direction came to its end, or had something waiting and wrote it: sees whether that was the last. */
    void progressed() {
        if (limited) {
            if (!draining && !left.isWaiting() && !right.isWaiting()) {
                draining = true;
                drainingSince = loop.now();
                rearm();
            }
        } else if (left.hasEnded() && right.hasEnded()) {
            finish(Reason.COMPLETED, null);
        }
    }

    /** A socket failed. */
    void broken(IOException error) {
        finish(limited ? Reason.LIMIT_BYTES : Reason.PEER_RESET, limited ? null : error);
    }

    @Override
    void stop(Reason reason, @Nullable Throwable cause) {
        finish(reason, cause == null ? null : new IOException("the relay failed: " + cause, cause));
    }

    private void finish(Reason reason, @Nullable IOException error) {
        if (over) {
            return;
        }
        over = true;
        loop.timers().disarm(this);
        var end = new SpliceEnd(reason, left.release(), right.release(), Optional.ofNullable(error));
        close(left.stream(), reason);
        close(right.stream(), reason);
        loop.load().decrementAndGet();
        loop.afterRelease(() -> onEnd.accept(end));
    }

    private static void close(TcpStream stream, Reason reason) {
        if (reason != Reason.COMPLETED) {
            stream.abort();
            return;
        }
        try {
            stream.close();
        } catch (IOException e) {
            // both directions have ended in order; a descriptor that does not close is not the peers' affair
        }
    }
}
