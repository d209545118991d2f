package dev.posthouse.net;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Timers of which nearly all are taken back long before they are due, on a thread of their own: nothing that a program does
 * with the JDK's common pool holds them up. Setting one and taking it back only puts an entry into a set and takes it out;
 * the thread is woken only if the new alarm is the first of all, and looks through the set when its first entry would be due
 * as far as was known: once in seconds, however many handshakes there are.
 *
 * <p>{@link AlarmSet} has the alarms; here are the thread and the clock.
 *
 * <p>Any thread. The timer's own thread is a daemon that begins with the first alarm and stays; whatever an action throws, it
 * goes on, and if it should end all the same, the next alarm that is set begins another one.
 */
public final class Alarms {

    /** How long the thread rests before it tries again what there was no memory for. */
    private static final long AGAIN = Duration.ofMillis(50).toNanos();

    /** One for the process, like the JDK's common pool: nothing of it can be set or seen. */
    private static final Alarms SHARED =
            new Alarms(Thread.ofPlatform().daemon().name("posthouse-timer").factory());

    private final long origin = System.nanoTime();
    private final AlarmSet set = new AlarmSet();
    private final ThreadFactory threads;
    private final ReentrantLock starting = new ReentrantLock();
    private volatile @Nullable Thread thread;

    /** @param threads makes the timer's thread, and a further one should it end */
    Alarms(ThreadFactory threads) {
        this.threads = threads;
    }

    /** The timer of this process. */
    public static Alarms shared() {
        return SHARED;
    }

    /** One alarm that is set. */
    public sealed interface Alarm permits AlarmSet.Alarm {

        /** Takes it back. Its action may run at this very moment, or have run. */
        void cancel();
    }

    /**
     * Sets an alarm whose action does not block.
     *
     * @param after not negative
     * @param action runs on the timer's thread when the time is up: if it blocked, no other alarm would ring
     * @throws IllegalArgumentException if {@code after} is negative
     */
    public Alarm set(Duration after, Runnable action) {
        return set(after, action, false);
    }

    /**
     * Sets an alarm whose action may block.
     *
     * @param after not negative
     * @param action runs on a virtual thread of its own when the time is up
     * @throws IllegalArgumentException if {@code after} is negative
     */
    public Alarm setBlocking(Duration after, Runnable action) {
        return set(after, action, true);
    }

    private Alarm set(Duration after, Runnable action, boolean mayBlock) {
        long nanos = Timeouts.nanos(after);
        long now = now();
        long due = nanos < AlarmSet.NEVER - now ? now + nanos : AlarmSet.NEVER - 1;
        AlarmSet.Alarm alarm = set.alarm(due, action, mayBlock);
        try {
            boolean first = set.put(alarm);
            Thread running = thread;
            if (running == null || !running.isAlive()) {
                begin();
            } else if (first) {
                LockSupport.unpark(running);
            }
        } catch (Throwable e) {
            // Whoever asked does not get the alarm, so it must not ring.
            alarm.cancel();
            throw e;
        }
        return alarm;
    }

    private void begin() {
        starting.lock();
        try {
            Thread running = thread;
            if (running == null || !running.isAlive()) {
                Thread fresh = threads.newThread(this::run);
                fresh.start();
                thread = fresh;
            }
        } finally {
            starting.unlock();
        }
    }

    private void run() {
        while (true) {
            try {
                long now = now();
                set.look(now, now + AGAIN, Alarms::fire);
                long left = set.lookAt() - now();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                }
                // Nobody is meant to interrupt this thread; a status that stays would end every wait at once.
                Thread.interrupted();
            } catch (Throwable e) {
                survived("looking at alarms failed", e);
                set.lookNotAfter(now() + AGAIN);
                LockSupport.parkNanos(this, AGAIN);
            }
        }
    }

    /** Whether the action has run, or is about to; if not, it is tried again. */
    private static boolean fire(AlarmSet.Alarm alarm) {
        if (!alarm.mayBlock()) {
            ring(alarm.action());
            return true;
        }
        try {
            Thread.ofVirtual().name("posthouse-alarm").start(() -> ring(alarm.action()));
            return true;
        } catch (Throwable e) {
            survived("an alarm found no thread to run on, and tries again", e);
            return false;
        }
    }

    private static void ring(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            survived("the action of an alarm failed", e);
        }
    }

    /** Notes what was thrown; throws nothing itself. */
    private static void survived(String what, Throwable thrown) {
        try {
            System.getLogger(Alarms.class.getName()).log(System.Logger.Level.ERROR, what, thrown);
        } catch (Throwable e) {
            // There is no memory even for that.
        }
    }

    private long now() {
        return System.nanoTime() - origin;
    }
}
