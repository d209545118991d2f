package dev.posthouse.offset.channel;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ticks of the system's clock, on one virtual thread for all who count them. Whatever one of them throws, an Error included,
 * is logged, and all are called again.
 */
public final class TickClock implements Ticks, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(TickClock.class.getName());

    /** One that is called. Its identity tells it apart. */
    private static final class Entry implements Registration {
        private final Set<Entry> among;
        private final Runnable onTick;

        Entry(Set<Entry> among, Runnable onTick) {
            this.among = among;
            this.onTick = onTick;
        }

        @Override
        public void close() {
            among.remove(this);
        }
    }

    private final Duration length;
    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private final Thread thread;

    private TickClock(Duration length) {
        this.length = length;
        this.thread = Thread.ofVirtual().name("posthouse-ticks").unstarted(this::run);
    }

    /**
     * Starts ticking.
     *
     * @param length of a tick; positive
     * @throws IllegalArgumentException if it is not
     */
    public static TickClock start(Duration length) {
        var clock = new TickClock(length(length));
        clock.thread.start();
        return clock;
    }

    /**
     * {@code length}, if a tick can have it.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public static Duration length(Duration length) {
        if (!length.isPositive()) {
            throw new IllegalArgumentException("a tick is longer than zero, not " + length);
        }
        return length;
    }

    @Override
    public Duration length() {
        return length;
    }

    @Override
    public Registration each(Runnable onTick) {
        var entry = new Entry(entries, onTick);
        entries.add(entry);
        return entry;
    }

    private void run() {
        long due = System.nanoTime() + length.toNanos();
        while (!closed) {
            long left = due - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(left);
                continue;
            }
            // After a pause of the whole process the ticks go on from now: nobody is to be ended for it.
            due = left < -length.toNanos() ? System.nanoTime() + length.toNanos() : due + length.toNanos();
            entries.forEach(TickClock::call);
        }
    }

    private static void call(Entry entry) {
        try {
            entry.onTick.run();
        } catch (Throwable e) {
            note(e);
        }
    }

    private static void note(Throwable thrown) {
        try {
            LOG.log(System.Logger.Level.ERROR, "a tick failed", thrown);
        } catch (Throwable e) {
            // There is no memory even for that.
        }
    }

    /** Stops; nobody is called any more. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
