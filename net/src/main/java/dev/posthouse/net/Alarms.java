package dev.posthouse.net;

import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Timers of which nearly all are taken back long before they are due, on a thread of their own: nothing that a program does
 * with the JDK's common pool holds them up. Setting one and taking it back only puts an entry into a set and takes it out;
 * the thread is woken only if the new alarm is the first of all, and looks through the set when its first entry would be due
 * as far as was known: once in seconds, however many handshakes there are.
 *
 * <p>States of {@link #lookAt}: {@link #NEVER}, or the time of the next look. An alarm is first put into the set and then
 * compares that time; a look first sets it to {@code NEVER} and then goes through the set: one of the two sees the other.
 * States of an alarm: set, or taken, by whoever fires it or takes it back.
 *
 * <p>Any thread. The timer's own thread is a daemon that begins with the first alarm and stays; whatever an action throws, it
 * goes on, and if it should end all the same, the next alarm that is set begins another one.
 */
public final class Alarms {

    private static final long NEVER = Long.MAX_VALUE;

    /** How long the thread rests before it tries again what there was no memory for. */
    private static final long AGAIN = Duration.ofMillis(50).toNanos();

    /** One for the process, like the JDK's common pool: nothing of it can be set or seen. */
    private static final Alarms SHARED =
            new Alarms(Thread.ofPlatform().daemon().name("posthouse-timer").factory());

    private final long origin = System.nanoTime();
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentSkipListSet<Alarm> set = new ConcurrentSkipListSet<>();
    private final AtomicLong lookAt = new AtomicLong(NEVER);
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
    public final class Alarm implements Comparable<Alarm> {
        private final long due;
        private final long number = numbers.incrementAndGet();
        private final Runnable action;
        private final boolean mayBlock;
        private final AtomicBoolean taken = new AtomicBoolean();

        private Alarm(long due, Runnable action, boolean mayBlock) {
            this.due = due;
            this.action = action;
            this.mayBlock = mayBlock;
        }

        /** Takes it back. Its action may run at this very moment, or have run. */
        public void cancel() {
            taken.set(true);
            set.remove(this);
        }

        /** By time, then by the order in which they were set. */
        @Override
        public int compareTo(Alarm other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
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
        var alarm = new Alarm(nanos < NEVER - now ? now + nanos : NEVER - 1, action, mayBlock);
        set.add(alarm);
        try {
            boolean first = lookNotAfter(alarm.due);
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

    /** Whether the next look is earlier now than it was. */
    private boolean lookNotAfter(long due) {
        for (long planned = lookAt.get(); due < planned; planned = lookAt.get()) {
            if (lookAt.compareAndSet(planned, due)) {
                return true;
            }
        }
        return false;
    }

    private void run() {
        while (true) {
            try {
                look();
                long left = lookAt.get() - now();
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                }
                // Nobody is meant to interrupt this thread; a status that stays would end every wait at once.
                Thread.interrupted();
            } catch (Throwable e) {
                survived("looking at alarms failed", e);
                lookNotAfter(now() + AGAIN);
                LockSupport.parkNanos(this, AGAIN);
            }
        }
    }

    private void look() {
        lookAt.set(NEVER);
        long now = now();
        for (Alarm alarm : set) {
            if (alarm.due > now) {
                lookNotAfter(alarm.due);
                return;
            }
            if (!alarm.taken.compareAndSet(false, true) || fire(alarm)) {
                set.remove(alarm);
            } else {
                alarm.taken.set(false);
                lookNotAfter(now + AGAIN);
            }
        }
    }

    /** Whether the action has run, or is about to; if not, it is tried again. */
    private static boolean fire(Alarm alarm) {
        if (!alarm.mayBlock) {
            ring(alarm.action);
            return true;
        }
        try {
            Thread.ofVirtual().name("posthouse-alarm").start(() -> ring(alarm.action));
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
