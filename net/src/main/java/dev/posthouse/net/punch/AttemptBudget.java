package dev.posthouse.net.punch;

import java.time.Duration;

/**
 * How fast all candidates of a race together are dialled: a store of attempts that fills again as time goes by. One candidate
 * behind a NAT that refuses at once may have all that {@link Redial} wants for it, and two of them nearly; a peer that names ten
 * addresses makes this host a source of no more packets than that. Pure arithmetic; owned by one thread.
 */
final class AttemptBudget {

    /** What a race may begin with: {@link Redial} wants about eighty in the first second for one candidate. */
    static final int BURST = 120;

    /** What is added in a second: what {@link Redial} wants later for some ten candidates. */
    static final int PER_SECOND = 40;

    private static final long EACH = Duration.ofSeconds(1).toNanos() / PER_SECOND;

    /** When the store will be full again, in nanoseconds since the race began. */
    private long fullAt;

    /** Takes one, if there is one. */
    boolean take(long now) {
        if (nextAt(now) > now) {
            return false;
        }
        fullAt = Math.max(fullAt, now) + EACH;
        return true;
    }

    /** When there is one: {@code now} or later. */
    long nextAt(long now) {
        return Math.max(now, fullAt - (BURST - 1) * EACH);
    }
}
