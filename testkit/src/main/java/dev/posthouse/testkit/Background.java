package dev.posthouse.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A call that may block, run on a thread of its own: a test waits until it is blocked, does something about it, and asks
 * for its result. Every wait here is bounded and fails with the thread's stack. Thread-safe.
 */
public final class Background<T extends @Nullable Object> {

    /** Long past anything that a test waits for on one machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A thread counts as blocked when it has not moved for so many looks in a row. */
    private static final int STILL = 4;

    private static final Duration LOOK = Duration.ofMillis(3);

    private final FutureTask<T> task;
    private final Thread thread;

    private Background(Thread.Builder builder, Callable<T> call) {
        this.task = new FutureTask<>(call);
        this.thread = builder.start(task);
    }

    /** What runs, where nothing is returned. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    /** Starts {@code call} on a virtual thread. */
    public static <T extends @Nullable Object> Background<T> start(Callable<T> call) {
        return new Background<>(Thread.ofVirtual().name("test background"), call);
    }

    /** Starts {@code action} on a virtual thread. */
    public static Background<@Nullable Void> run(Action action) {
        return Background.<@Nullable Void>start(() -> {
            action.run();
            return null;
        });
    }

    /** Starts {@code call} on a platform thread. */
    public static <T extends @Nullable Object> Background<T> startOnPlatformThread(Callable<T> call) {
        return new Background<>(Thread.ofPlatform().name("test background"), call);
    }

    /**
     * Waits until the call is blocked: waiting, or in a system call, with an unchanged stack.
     *
     * @throws AssertionError if it ended, or kept running
     */
    public Background<T> awaitBlocked() {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        StackTraceElement[] last = {};
        int still = 0;
        while (still < STILL) {
            if (task.isDone()) {
                throw new AssertionError("it did not block: " + task);
            }
            if (System.nanoTime() > giveUp) {
                throw new AssertionError("it did not block: " + stack());
            }
            StackTraceElement[] now = thread.getStackTrace();
            still = isWaiting(now) && Arrays.equals(now, last) ? still + 1 : 0;
            last = now;
            LockSupport.parkNanos(LOOK.toNanos());
        }
        return this;
    }

    /** Interrupts its thread. */
    public void interrupt() {
        thread.interrupt();
    }

    /** Whether the call ended. */
    public boolean isDone() {
        return task.isDone();
    }

    /**
     * Waits for the end.
     *
     * @return what the call returned
     * @throws AssertionError if it failed, or did not end in time
     */
    public T result() {
        try {
            return task.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("it failed", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("it did not end: " + stack(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /**
     * Waits for the end.
     *
     * @return what the call threw
     * @throws AssertionError if it returned instead, or did not end in time
     */
    public Throwable failure() {
        try {
            T result = task.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("it returned " + result + " and did not fail");
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("it did not end: " + stack(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private boolean isWaiting(StackTraceElement[] stack) {
        return switch (thread.getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> true;
            case RUNNABLE -> stack.length > 0 && stack[0].isNativeMethod();
            case NEW, TERMINATED -> false;
        };
    }

    private String stack() {
        return thread + " " + Arrays.toString(thread.getStackTrace());
    }
}
