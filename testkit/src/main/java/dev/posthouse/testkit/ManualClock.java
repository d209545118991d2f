package dev.posthouse.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it. Gives the wall clock, the nanosecond count, and scheduled tasks, which
 * run on the thread that moves the time, in the order in which they are due; each sees its own due time as the present.
 *
 * <p>Thread-safe; one lock guards everything and is not held while a task runs.
 */
public final class ManualClock implements InstantSource {

    /** Some moment in the past, always the same, so that output is. */
    private static final Instant START = Instant.parse("2024-05-15T12:00:00Z");

    /** Not zero, and close to where a sum overflows: code that compares counts instead of their differences fails. */
    private static final long NANO_START =
            Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

    private record Task(long due, long order, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return due == other.due ? Long.compare(order, other.order) : Long.compare(due, other.due);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long elapsed;
    private long scheduled;

    /** A task that was scheduled. */
    @FunctionalInterface
    public interface Scheduled {
        /** Takes it back; false if it ran already, or was taken back before. */
        boolean cancel();
    }

    /** Starts at a fixed moment. */
    public ManualClock() {}

    @Override
    public Instant instant() {
        return START.plus(elapsed());
    }

    /** What {@link System#nanoTime()} would say; it overflows after five seconds, as the real one may. */
    public long nanoTime() {
        return NANO_START + elapsed().toNanos();
    }

    /** Since the clock was made. */
    public Duration elapsed() {
        lock.lock();
        try {
            return Duration.ofNanos(elapsed);
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code action} when the time has moved on by {@code delay}, which is not negative. */
    public Scheduled schedule(Duration delay, Runnable action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay is zero or positive, not " + delay);
        }
        lock.lock();
        try {
            Task task = new Task(elapsed + delay.toNanos(), scheduled++, action);
            tasks.add(task);
            return () -> {
                lock.lock();
                try {
                    return tasks.remove(task);
                } finally {
                    lock.unlock();
                }
            };
        } finally {
            lock.unlock();
        }
    }

    /** Tasks that have not run. */
    public int pending() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the time on and runs what becomes due, also what these tasks schedule within that time. What a task throws
     * comes out of here, and the time then stands at that task's.
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + by);
        }
        long target = Math.addExact(elapsed().toNanos(), by.toNanos());
        for (Task next = takeDue(target); next != null; next = takeDue(target)) {
            next.action().run();
        }
    }

    /** The next task until then, with the time moved to it; or null, with the time moved there. */
    private @Nullable Task takeDue(long target) {
        lock.lock();
        try {
            Task next = tasks.peek();
            if (next == null || next.due() > target) {
                elapsed = Math.max(elapsed, target);
                return null;
            }
            elapsed = Math.max(elapsed, next.due());
            return tasks.remove();
        } finally {
            lock.unlock();
        }
    }
}
