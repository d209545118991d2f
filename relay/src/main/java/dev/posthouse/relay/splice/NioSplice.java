package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
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
final class NioSplice extends Timed implements Splice, Runnable {

    /** How long a reader that takes nothing may keep a splice whose allowance is used up, if nothing shorter holds. */
    private static final long LAST_WORDS = Splicer.LAST_WORDS.toNanos();

    private final SelectorLoop loop;
    private final Leg left;
    private final Leg right;
    private final @Nullable Meter there;
    private final @Nullable Meter back;
    private final long idleNanos;
    private final long stalledNanos;
    private final long longestNanos;
    private final long begunNanos = System.nanoTime();
    private final Consumer<SpliceEnd> onEnd;
    private long lastMoved;
    private long drainingSince;
    private boolean limited;
    private boolean draining;
    private boolean over;
    // What there is to say of the end: kept here, so that nothing need be allocated to say it.
    private Reason reason = Reason.INTERNAL;
    private @Nullable IOException error;
    private long deliveredRight;
    private long deliveredLeft;

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
        this.left = new Leg(this, left, leftFront, terms.left());
        this.right = new Leg(this, right, rightFront, terms.right());
        this.there = MeterChain.of(terms.there());
        this.back = terms.back().equals(terms.there()) ? there : MeterChain.of(terms.back());
        this.idleNanos = Splicer.nanos(terms.idle());
        this.stalledNanos = Splicer.nanos(terms.stalled());
        this.longestNanos = Splicer.nanos(terms.longest());
        this.onEnd = onEnd;
    }

    /**
     * Hands the pair to its loop. Called by the thread that joins; the streams are not used elsewhere any more.
     *
     * @return false if the loop takes nobody any more: the pair is another loop's to take, or to be {@linkplain #refuse refused}
     */
    boolean submit() {
        try {
            // Here and not on the loop: this waits for anybody who, against the contract, still reads or writes.
            left.stream().channel().configureBlocking(false);
            right.stream().channel().configureBlocking(false);
        } catch (IOException e) {
            refuse(Reason.PEER_RESET, e);
            return true;
        }
        return loop.submit(this::start);
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
            // Both before either is asked for anything: registering may dispatch what is ready, and what one of them
            // reads waits, if need be, for the other's key.
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

    /** Ends a pair that no loop ever saw. */
    void refuse(Reason why, @Nullable IOException failure) {
        over = true;
        loop.load().decrementAndGet();
        left.stream().abort();
        right.stream().abort();
        reason = why;
        error = failure;
        loop.start(this);
    }

    SelectorLoop loop() {
        return loop;
    }

    Leg partner(Leg leg) {
        return leg == left ? right : left;
    }

    /** What a leg has to ask for what it reads. */
    @Nullable
    Meter meterOf(Leg leg) {
        return leg == left ? there : back;
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
        long limit = stalledNanos();
        if (limit != 0 && (place == NOWHERE || due - (time + limit) > 0)) {
            loop.timers().arm(this, time + limit);
        }
    }

    /** Sets the one timer to whatever comes first: the end of the idle, stalled or longest time, of draining, or a retry time. */
    void rearm() {
        long now = loop.now();
        long delay = Long.MAX_VALUE;
        if (idleNanos != 0) {
            delay = lastMoved + idleNanos - now;
        }
        if (longestNanos != 0) {
            delay = Math.min(delay, begunNanos + longestNanos - now);
        }
        if (draining) {
            delay = Math.min(delay, drainingSince + Splicer.DRAIN.toNanos() - now);
        }
        long stalled = stalledNanos();
        if (stalled != 0) {
            delay = Math.min(delay, Math.min(left.stallDelay(now, stalled), right.stallDelay(now, stalled)));
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
            // reader that has taken less shows by a write alone.
            left.writeAgain();
            right.writeAgain();
        }
        if (longestNanos != 0 && now - begunNanos >= longestNanos) {
            finish(limited ? Reason.LIMIT_BYTES : Reason.LIMIT_TIME, null);
        } else if (draining && now - drainingSince >= Splicer.DRAIN.toNanos()) {
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
        long limit = stalledNanos();
        return limit != 0 && leg.isStalled(now, limit);
    }

    /** How long something may wait for a reader that takes nothing; 0 for as long as it likes. */
    private long stalledNanos() {
        if (!limited) {
            return stalledNanos;
        }
        return stalledNanos == 0 ? LAST_WORDS : Math.min(stalledNanos, LAST_WORDS);
    }

    /** More was there than the meters allow. */
    void limit() {
        limited = true;
        left.updateInterest();
        right.updateInterest();
        rearm();
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

    /** What was read could not be written on, and there is no memory to keep it in: too much waits for this reader's address already. */
    void overBudget() {
        finish(Reason.LIMIT_MEMORY, null);
    }

    /** A socket failed. */
    void broken(IOException error) {
        finish(limited ? Reason.LIMIT_BYTES : Reason.PEER_RESET, limited ? null : error);
    }

    @Override
    void stop(Reason reason, @Nullable Throwable cause) {
        finish(reason, cause == null ? null : new IOException("the relay failed: " + cause, cause));
    }

    private void finish(Reason why, @Nullable IOException failure) {
        if (over) {
            return;
        }
        over = true;
        // In this order, since any of it may fail for want of memory: descriptors first, then the word of it.
        reason = why;
        error = failure;
        loop.timers().disarm(this);
        deliveredRight = left.release();
        deliveredLeft = right.release();
        close(left.stream(), why);
        close(right.stream(), why);
        loop.load().decrementAndGet();
        loop.afterRelease(this);
    }

    /** Tells whoever joined them, on a thread of its own, once descriptors are closed. */
    @Override
    public void run() {
        onEnd.accept(new SpliceEnd(reason, deliveredRight, deliveredLeft, Optional.ofNullable(error)));
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
