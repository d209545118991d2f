package dev.posthouse.relay.limit;

import dev.posthouse.relay.splice.Meter;
import java.time.Duration;

/**
 * So many bytes in each period; the periods follow one another from the first use on. It is exhausted only when all
 * bytes of the period are used: while some are merely taken, others are told to wait, since these may come back.
 *
 * <p>Guarded by this.
 */
final class PeriodAllowance implements Meter {

    private final long bytes;
    private final long periodNanos;
    private long start;
    private long left;
    private long unsettled;

    PeriodAllowance(long bytes, Duration period, long now) {
        this.bytes = bytes;
        this.periodNanos = period.toNanos();
        this.start = now;
        this.left = bytes;
    }

    @Override
    public synchronized int take(int want, long now) {
        roll(now);
        if (left == 0) {
            return unsettled == 0 ? EXHAUSTED : 0;
        }
        int granted = (int) Math.min(want, left);
        left -= granted;
        unsettled += granted;
        return granted;
    }

    @Override
    public synchronized void settle(int used, int unused) {
        unsettled -= used + unused;
        left = Math.min(bytes, left + unused);
    }

    @Override
    public long retryAfter(long now) {
        return 1_000_000;
    }

    /** Whether forgetting it would make no difference. */
    synchronized boolean untouched(long now) {
        roll(now);
        return left == bytes;
    }

    private void roll(long now) {
        if (now - start >= periodNanos) {
            start = now;
            left = bytes;
        }
    }
}
