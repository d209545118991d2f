package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Two streams of any kind, of bytes or of messages, joined by two virtual threads. What concerns the pair is here: its end,
 * idle time and limits; what comes is moved by its two {@link Pump}s.
 *
 * <p>States: <i>running</i>, until there is a first cause. Then, by that: after a failure, or {@link #end}, both streams
 * are aborted, which ends the pumps. When an allowance is used up, <i>draining</i>: {@link Splicer#DRAIN} from the
 * moment at which nothing is being written, then the same. When one direction came to its end and one of the streams
 * cannot be half-closed, <i>draining</i> too: the other pump goes on for that time at most, so that what it has under way
 * arrives; for messages {@link Splicer#MESSAGE_DRAIN}. When both pumps have ended: <i>over</i>; the last one closes the
 * streams and calls {@code onEnd}.
 *
 * <p>The lock guards the cause and the number of pumps; a loop keeps the time.
 */
final class PumpedSplice extends Timed implements Splice {

    /** How long a write that was made to try again may take to show that something went. */
    private static final long TRY = Duration.ofMillis(500).toNanos();

    private final PumpedEnd left;
    private final PumpedEnd right;
    private final Pump leftToRight;
    private final Pump rightToLeft;
    private final @Nullable Meter there;
    private final @Nullable Meter back;
    private final SelectorLoop clock;
    private final long idleNanos;
    private final long stalledNanos;
    private final long longestNanos;
    private final long begunNanos = System.nanoTime();
    private final Consumer<SpliceEnd> onEnd;
    private final Consumer<PumpedSplice> onOver;
    // Set once, under the lock.
    private volatile @Nullable Reason cause;
    // Set under the lock.
    private volatile boolean aborted;
    // Guarded by this.
    private @Nullable IOException error;
    // Guarded by this.
    private int pumping = 2;
    // These three: on the clock's thread.
    private boolean draining;
    private boolean triedAgain;
    private boolean over;

    private PumpedSplice(
            PumpedEnd left,
            PumpedEnd right,
            Terms terms,
            SelectorLoop clock,
            Consumer<SpliceEnd> onEnd,
            Consumer<PumpedSplice> onOver,
            Function<PumpedSplice, Pump> leftToRight,
            Function<PumpedSplice, Pump> rightToLeft) {
        this.left = left;
        this.right = right;
        this.there = MeterChain.of(terms.there());
        this.back = MeterChain.of(terms.back());
        this.clock = clock;
        this.idleNanos = Splicer.nanos(terms.idle());
        this.stalledNanos = Splicer.nanos(terms.stalled());
        this.longestNanos = Splicer.nanos(terms.longest());
        this.onEnd = onEnd;
        this.onOver = onOver;
        this.leftToRight = leftToRight.apply(this);
        this.rightToLeft = rightToLeft.apply(this);
    }

    /** Of two streams of bytes; {@code clock} keeps the time, {@code onOver} is told once, when it is over. */
    static PumpedSplice ofBytes(
            ByteStream left,
            ByteStream right,
            Terms terms,
            HeapBuffers buffers,
            SelectorLoop clock,
            Consumer<SpliceEnd> onEnd,
            Consumer<PumpedSplice> onOver) {
        left.readTimeout(Duration.ZERO);
        right.readTimeout(Duration.ZERO);
        return new PumpedSplice(
                new PumpedEnd(left::abort, left::close),
                new PumpedEnd(right::abort, right::close),
                terms,
                clock,
                onEnd,
                onOver,
                splice -> new BytePump(splice, left, right, buffers, terms.right()),
                splice -> new BytePump(splice, right, left, buffers, terms.left()));
    }

    /** Of two streams of messages; the same otherwise. */
    static PumpedSplice ofMessages(
            MessageStream left,
            MessageStream right,
            Terms terms,
            SelectorLoop clock,
            Consumer<SpliceEnd> onEnd,
            Consumer<PumpedSplice> onOver) {
        return new PumpedSplice(
                new PumpedEnd(left::abort, left::close),
                new PumpedEnd(right::abort, right::close),
                terms,
                clock,
                onEnd,
                onOver,
                splice -> new MessagePump(splice, left, right),
                splice -> new MessagePump(splice, right, left));
    }

    void start() {
        if (idleNanos != 0 || stalledNanos != 0 || longestNanos != 0) {
            boolean accepted = clock.submit(() -> {
                if (cause == null) {
                    rearm(clock.now());
                }
            });
            if (!accepted) {
                // Nobody would keep its time.
                fail(Reason.SHUTDOWN, null);
            }
        }
        clock.start(leftToRight);
        clock.start(rightToLeft);
    }

    @Override
    public long leftToRight() {
        return leftToRight.moved();
    }

    @Override
    public long rightToLeft() {
        return rightToLeft.moved();
    }

    @Override
    public void end(Reason reason) {
        fail(reason, null);
    }

    @Override
    void stop(Reason reason, @Nullable Throwable thrown) {
        fail(reason, thrown == null ? null : new IOException("the relay failed: " + thrown, thrown));
    }

    /** Ends it at once; also ends one that is draining, whose cause stays what it was. */
    void fail(Reason reason, @Nullable IOException failure) {
        synchronized (this) {
            settle(reason, failure);
            aborted = true;
            notifyAll();
        }
        left.abort();
        right.abort();
    }

    /** What a pump has to ask for what it moves. */
    @Nullable
    Meter meterOf(Pump pump) {
        return pump.equals(leftToRight) ? there : back;
    }

    @Nullable
    Reason cause() {
        return cause;
    }

    /** Whether to read on: also while the end of one direction is taking the other with it. */
    boolean goesOn() {
        Reason reason = cause;
        return !aborted && (reason == null || reason == Reason.COMPLETED);
    }

    /** Waits for a meter; returns early if it does not go on. */
    synchronized void pause(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        long remaining = nanos;
        while (goesOn() && remaining > 0) {
            wait(remaining / 1_000_000 + 1);
            remaining = nanos - (System.nanoTime() - start);
        }
    }

    /** More came than the meters allow; {@code pump} has written what was allowed. */
    void limit(Pump pump) {
        settle(Reason.LIMIT_BYTES, null);
        Pump other = pump.equals(leftToRight) ? rightToLeft : leftToRight;
        if (!other.isWriting()) {
            drain(Splicer.DRAIN);
        } else if (!clock.submit(() -> rearm(clock.now()))) {
            fail(Reason.SHUTDOWN, null);
        }
    }

    /**
     * One direction has ended, and with it, by the nature of one of the streams, the other: that of a byte stream at once, while peers of
     * messages end by closing, and the other side is read until it has heard of it.
     *
     * @param left for what is under way
     */
    void endBoth(Duration left) {
        settle(Reason.COMPLETED, null);
        drain(left);
    }

    /** Bounds what is left: whatever is not over by then is aborted. */
    void drain(Duration limit) {
        boolean accepted = clock.submit(() -> {
            if (!draining && !over) {
                draining = true;
                clock.timers().arm(this, clock.now() + limit.toNanos());
            }
        });
        if (!accepted) {
            fail(Reason.SHUTDOWN, null);
        }
    }

    @Override
    void expired(long now) {
        if (draining) {
            fail(Reason.IDLE, null);
        } else if (longestNanos != 0 && now - begunNanos >= longestNanos) {
            fail(Reason.LIMIT_TIME, null);
        } else if (isOverdue(now) && !triedAgain && writeAgain()) {
            triedAgain = true;
            long stalled = stalledNanos();
            long soon = Math.min(TRY, stalled != 0 ? stalled : idleNanos);
            clock.timers().arm(this, now + Math.min(soon, untilLongest(now)));
        } else if (isStalled(leftToRight, now) || isStalled(rightToLeft, now)) {
            fail(Reason.STALLED, new StalledReader(!isStalled(leftToRight, now), Duration.ofNanos(stalledNanos())));
        } else if (idleNanos != 0 && now - lastMoved() >= idleNanos) {
            fail(Reason.IDLE, null);
        } else {
            triedAgain = false;
            rearm(now);
        }
    }

    private boolean writeAgain() {
        boolean there = leftToRight.writeAgain();
        return rightToLeft.writeAgain() || there;
    }

    private boolean isOverdue(long now) {
        return isStalled(leftToRight, now)
                || isStalled(rightToLeft, now)
                || (idleNanos != 0 && now - lastMoved() >= idleNanos);
    }

    /**
     * Sets the timer to the end of the idle or of the longest time, or to when a write that is under way, or one that begins right now, would
     * have stalled for too long: whatever is later than that is seen by the timer then.
     */
    private void rearm(long now) {
        long delay = Long.MAX_VALUE;
        if (idleNanos != 0) {
            delay = lastMoved() + idleNanos - now;
        }
        long stalled = stalledNanos();
        if (stalled != 0) {
            delay = Math.min(delay, stalled - Math.max(leftToRight.standing(now), rightToLeft.standing(now)));
        }
        delay = Math.min(delay, untilLongest(now));
        if (over || draining || delay == Long.MAX_VALUE) {
            return;
        }
        clock.timers().arm(this, now + delay);
    }

    private long untilLongest(long now) {
        return longestNanos == 0 ? Long.MAX_VALUE : begunNanos + longestNanos - now;
    }

    private boolean isStalled(Pump pump, long now) {
        long limit = stalledNanos();
        return limit != 0 && pump.standing(now) >= limit;
    }

    /** How long something may wait for a reader that takes nothing; 0 for as long as it likes. */
    private long stalledNanos() {
        if (cause != Reason.LIMIT_BYTES) {
            return stalledNanos;
        }
        long lastWords = Splicer.LAST_WORDS.toNanos();
        return stalledNanos == 0 ? lastWords : Math.min(stalledNanos, lastWords);
    }

    /** When something moved last, be it a part of a write that is still under way. */
    private long lastMoved() {
        long there = leftToRight.lastMovement();
        long back = rightToLeft.lastMovement();
        return there - back > 0 ? there : back;
    }

    /** A pump has come to its end; the last one finishes. On the pump's thread. */
    void pumpEnded() {
        Reason reason;
        @Nullable IOException failure;
        synchronized (this) {
            if (--pumping > 0) {
                return;
            }
            settle(Reason.COMPLETED, null);
            awaitDrained();
            reason = cause == null ? Reason.COMPLETED : cause;
            failure = error;
        }
        left.close(reason);
        right.close(reason);
        clock.submit(() -> {
            over = true;
            clock.timers().disarm(this);
        });
        onOver.accept(this);
        onEnd.accept(
                new SpliceEnd(reason, leftToRight.delivered(), rightToLeft.delivered(), Optional.ofNullable(failure)));
    }

    /** Both pumps may be through before the time is that lets the allowed bytes arrive. */
    private synchronized void awaitDrained() {
        try {
            while (cause == Reason.LIMIT_BYTES && !aborted) {
                wait();
            }
        } catch (InterruptedException e) {
            // Nobody has a pump's thread to interrupt it; if somebody did, he does not want to wait.
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void settle(Reason reason, @Nullable IOException failure) {
        if (cause == null) {
            error = failure;
            cause = reason;
            notifyAll();
        }
    }
}
