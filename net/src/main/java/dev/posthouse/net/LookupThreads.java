package dev.posthouse.net;

import java.util.ArrayDeque;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which names are looked up: platform threads, since a look-up holds its thread in the system, and bounded,
 * since one that nobody waits for any more may go on for half a minute. A thread takes one look-up after another and ends when
 * none is left.
 *
 * <p>Any thread; everything is guarded by one lock.
 */
final class LookupThreads {

    /** How many look-ups are under way in the process at a time. */
    static final int MOST = 32;

    /** One for the process, like the system's own resolution under it: nothing of it can be set or seen. */
    static final LookupThreads SHARED = new LookupThreads(MOST);

    private final ReentrantLock lock = new ReentrantLock();
    private final int most;
    private final ArrayDeque<FutureTask<?>> waiting = new ArrayDeque<>();
    private int running;

    /** @param most threads at a time, positive */
    LookupThreads(int most) {
        this.most = most;
    }

    /** Runs it, now or when a thread is free. */
    void run(FutureTask<?> lookup) {
        lock.lock();
        try {
            waiting.add(lookup);
            if (running == most) {
                return;
            }
            running++;
        } finally {
            lock.unlock();
        }
        try {
            Thread.ofPlatform().daemon().name("posthouse-resolve").start(this::work);
        } catch (Throwable e) {
            lock.lock();
            try {
                running--;
                waiting.remove(lookup);
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    /** Takes back one whose turn has not come. */
    void forget(FutureTask<?> lookup) {
        lock.lock();
        try {
            waiting.remove(lookup);
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (FutureTask<?> next = next(); next != null; next = next()) {
            // A future keeps what is thrown in it. An interrupt was meant for the look-up before.
            Thread.interrupted();
            next.run();
        }
    }

    private @Nullable FutureTask<?> next() {
        lock.lock();
        try {
            FutureTask<?> next = waiting.poll();
            if (next == null) {
                running--;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }
}
