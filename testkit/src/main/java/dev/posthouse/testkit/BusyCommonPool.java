package dev.posthouse.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;

/** The JDK's common pool full of tasks that block, as a program that embeds us may fill it; empty again when closed. */
public final class BusyCommonPool implements AutoCloseable {

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Future<Boolean>> blocked = new ArrayList<>();

    private BusyCommonPool() {
        ForkJoinPool common = ForkJoinPool.commonPool();
        for (int i = 0; i < 4 * common.getParallelism() + 4; i++) {
            blocked.add(common.submit(() -> {
                release.await();
                return true;
            }));
        }
    }

    /** Fills it. */
    public static BusyCommonPool fill() {
        return new BusyCommonPool();
    }

    /** Lets the tasks go and waits until they have. */
    @Override
    public void close() {
        release.countDown();
        for (Future<Boolean> each : blocked) {
            try {
                each.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new AssertionError("a task that only waits failed", e);
            }
        }
    }
}
