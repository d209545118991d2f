package dev.posthouse.relay.splice;

/**
 * A number of bytes, once. Shared by any threads; its two fields are guarded by its lock. It is exhausted only when all
 * bytes are used: while some are merely taken, others are told to wait, since these may come back.
 */
final class Allowance implements Meter {

    /** What is taken is settled after one read of a socket. */
    private static final long RETRY_NANOS = 1_000_000;

    private long free;
    private long unsettled;

    Allowance(long bytes) {
        if (bytes < 0 || bytes > LARGEST_ALLOWANCE) {
            throw new IllegalArgumentException("an allowance is 0 to " + LARGEST_ALLOWANCE + " bytes, not " + bytes);
        }
        free = bytes;
    }

    @Override
    public synchronized int take(int want, long now) {
        if (free == 0) {
            return unsettled == 0 ? EXHAUSTED : 0;
        }
        int taken = (int) Math.min(want, free);
        free -= taken;
        unsettled += taken;
        return taken;
    }

    @Override
    public synchronized void settle(int used, int unused) {
        unsettled -= used + unused;
        free += unused;
    }

    @Override
    public long retryAfter(long now) {
        return RETRY_NANOS;
    }
}
