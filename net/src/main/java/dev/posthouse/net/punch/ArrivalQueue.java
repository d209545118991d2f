package dev.posthouse.net.punch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Connections that nobody has taken yet: bounded, and closed with what it holds. Everything is guarded by its lock. */
final class ArrivalQueue {

    /**
     * How many connections that came in wait for their taker. Each takes a descriptor; the peer makes ten at most, so what is
     * above comes from strangers. Those that were dialled are as many as there are candidates, and always find room.
     */
    static final int CAPACITY = 32;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();
    private int inbound;
    private boolean closed;

    /** Adds one, or says no if the queue is closed, or full and the connection came in: the stream is then the caller's to abort. */
    boolean offer(Arrival arrival) {
        lock.lock();
        try {
            if (closed || (arrival.inbound() && inbound == CAPACITY)) {
                return false;
            }
            inbound += arrival.inbound() ? 1 : 0;
            waiting.add(arrival);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next one; empty after {@code limit}, or at once when closed. */
    Optional<Arrival> next(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                if (closed || left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            Arrival next = waiting.remove();
            inbound -= next.inbound() ? 1 : 0;
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    /** Takes all that wait. */
    List<Arrival> drain() {
        lock.lock();
        try {
            List<Arrival> all = new ArrayList<>(waiting);
            waiting.clear();
            inbound = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Aborts what waits and ends those who wait for more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Arrival arrival : drain()) {
            arrival.stream().abort();
        }
    }
}
