package dev.posthouse.net.acknowledged;

import java.time.Duration;

/**
 * How long nothing was heard. Time passes in ticks, and a tick counts for two of its lengths at most: who was stopped for an hour has
 * not listened for an hour. Used by the ticks alone.
 */
final class Silence {

    /** What is to be done. */
    enum Verdict {
        WAIT,
        PING,
        GIVE_UP
    }

    /** How many questions go unanswered within the limit. */
    private static final int QUESTIONS = 4;

    private final long limit;
    private final long longestStep;
    private boolean ticked;
    private long lastTick;
    private long lastHeard;
    private long silent;
    private long asked;

    /** @param limit zero for none */
    Silence(Duration limit, Duration tick) {
        this.limit = limit.toNanos();
        this.longestStep = 2 * tick.toNanos();
    }

    /**
     * One tick.
     *
     * @param now nanoseconds, which may overflow
     * @param heard a count that changes with whatever comes
     */
    Verdict tick(long now, long heard) {
        long step = ticked ? Math.min(now - lastTick, longestStep) : 0;
        ticked = true;
        lastTick = now;
        if (heard != lastHeard) {
            lastHeard = heard;
            silent = 0;
            asked = 0;
            return Verdict.WAIT;
        }
        silent += step;
        if (limit == 0) {
            return Verdict.WAIT;
        }
        if (silent >= limit) {
            return Verdict.GIVE_UP;
        }
        if (silent >= (asked + 1) * limit / QUESTIONS) {
            asked++;
            return Verdict.PING;
        }
        return Verdict.WAIT;
    }
}
