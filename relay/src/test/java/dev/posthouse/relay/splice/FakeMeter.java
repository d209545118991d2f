package dev.posthouse.relay.splice;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** A meter that allows what the test grants. */
final class FakeMeter implements Meter {

    private final long retryAfter;
    private long granted;
    private long used;
    private long refusals;

    FakeMeter() {
        this(Duration.ofMillis(1));
    }

    FakeMeter(Duration retryAfter) {
        this.retryAfter = retryAfter.toNanos();
    }

    synchronized void grant(int bytes) {
        granted += bytes;
    }

    /** What is granted and not taken. */
    synchronized long granted() {
        return granted;
    }

    synchronized long used() {
        return used;
    }

    /** Waits until it has refused so many times from now on. */
    void awaitRefusals(int count) {
        long target = refusals() + count;
        await().until(() -> refusals() >= target);
    }

    synchronized long refusals() {
        return refusals;
    }

    @Override
    public synchronized int take(int want, long now) {
        int taken = (int) Math.min(want, granted);
        granted -= taken;
        refusals += taken == 0 ? 1 : 0;
        return taken;
    }

    @Override
    public synchronized void settle(int passed, int unused) {
        used += passed;
        granted += unused;
    }

    @Override
    public long retryAfter(long now) {
        return retryAfter;
    }
}
