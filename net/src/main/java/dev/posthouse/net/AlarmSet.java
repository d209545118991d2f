package dev.posthouse.net;

import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Which alarms are set, and when they must be looked at next. It has no thread and no clock; {@link Alarms} has both.
 *
 * <p>States of {@link #lookAt()}: {@link #NEVER}, or the time of the next look. An alarm is first put into the set and then
 * compares that time; a look first sets it to {@code NEVER} and then goes through the set: one of the two sees the other.
 * States of an alarm: set, or taken, by the look that fires it or by who cancels it.
 *
 * <p>Any thread, but one at a time for {@link #look}. Lock-free.
 */
final class AlarmSet {

    static final long NEVER = Long.MAX_VALUE;

    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentSkipListSet<Alarm> set = new ConcurrentSkipListSet<>();
    private final AtomicLong lookAt = new AtomicLong(NEVER);

    /** One alarm of this set. */
    final class Alarm implements Alarms.Alarm, Comparable<Alarm> {
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

        Runnable action() {
            return action;
        }

        boolean mayBlock() {
            return mayBlock;
        }

        @Override
        public void cancel() {
            taken.set(true);
            set.remove(this);
        }

        /** By time, then by the order in which they were made. */
        @Override
        public int compareTo(Alarm other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** Makes an alarm, which is not yet set. */
    Alarm alarm(long due, Runnable action, boolean mayBlock) {
        return new Alarm(due, action, mayBlock);
    }

    /** Sets an alarm. Returns whether the next look is earlier now than it was. */
    boolean put(Alarm alarm) {
        set.add(alarm);
        return lookNotAfter(alarm.due);
    }

    /** When {@link #look} is to be called next, unless an earlier alarm is put. */
    long lookAt() {
        return lookAt.get();
    }

    /** Returns whether the next look is earlier now than it was. */
    boolean lookNotAfter(long due) {
        for (long planned = lookAt.get(); due < planned; planned = lookAt.get()) {
            if (lookAt.compareAndSet(planned, due)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Fires what is due at {@code now}.
     *
     * @param again when an alarm that could not be fired is looked at again
     * @param fire returns whether it has fired the alarm; throws nothing
     */
    void look(long now, long again, Predicate<Alarm> fire) {
        lookAt.set(NEVER);
        for (Alarm alarm : set) {
            if (alarm.due > now) {
                lookNotAfter(alarm.due);
                return;
            }
            if (!alarm.taken.compareAndSet(false, true) || fire.test(alarm)) {
                set.remove(alarm);
            } else {
                alarm.taken.set(false);
                lookNotAfter(again);
            }
        }
    }

    boolean isEmpty() {
        return set.isEmpty();
    }
}
