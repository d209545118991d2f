package dev.posthouse.net;

import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Timers of which nearly all are taken back long before they are due. The JDK's own wake their thread whenever one is
 * set and again when it is taken back; here that only takes an entry of a set. The set is looked through when its first
 * entry would be due as far as was known, so that the JDK's timer is set once in seconds, however many handshakes there are.
 *
 * <p>States of {@link #lookAt}: {@link #NEVER}, or the time of the one look that is to come. An alarm is first put into
 * the set and then compares that time; a look first sets it to {@code NEVER} and then goes through the set: one of the two
 * sees the other. Any thread; no locks.
 */
final class Alarms {

    private static final long NEVER = Long.MAX_VALUE;

    private final long origin = System.nanoTime();
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentSkipListSet<Alarm> set = new ConcurrentSkipListSet<>();
    private final AtomicLong lookAt = new AtomicLong(NEVER);

    /** One alarm that is set. */
    final class Alarm implements Comparable<Alarm> {
        private final long due;
        private final long number = numbers.incrementAndGet();
        private final Runnable action;

        private Alarm(long due, Runnable action) {
            this.due = due;
            this.action = action;
        }

        /** Takes it back. Its action may run at this very moment, or have run. */
        void cancel() {
            set.remove(this);
        }

        @Override
        public int compareTo(Alarm other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /**
     * Sets an alarm.
     *
     * @param nanos from now on; not negative
     * @param action runs on the JDK's common pool when the time is up; must not block
     */
    Alarm set(long nanos, Runnable action) {
        long now = now();
        var alarm = new Alarm(nanos < NEVER - now ? now + nanos : NEVER - 1, action);
        set.add(alarm);
        lookNotAfter(alarm.due);
        return alarm;
    }

    private void lookNotAfter(long due) {
        for (long planned = lookAt.get(); due < planned; planned = lookAt.get()) {
            if (lookAt.compareAndSet(planned, due)) {
                var _ = ForkJoinPool.commonPool().schedule(() -> look(due), due - now(), TimeUnit.NANOSECONDS);
            }
        }
    }

    private void look(long planned) {
        if (!lookAt.compareAndSet(planned, NEVER)) {
            // An earlier look took this one's place.
            return;
        }
        long now = now();
        for (Alarm alarm : set) {
            if (alarm.due > now) {
                lookNotAfter(alarm.due);
                return;
            }
            if (set.remove(alarm)) {
                ForkJoinPool.commonPool().execute(alarm.action);
            }
        }
    }

    private long now() {
        return System.nanoTime() - origin;
    }
}
