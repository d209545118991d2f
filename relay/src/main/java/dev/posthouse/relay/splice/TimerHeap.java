package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one loop: a binary heap whose elements know their own place, so that a timer that is no longer needed
 * leaves at once (a peer that was matched after a second does not stay referenced until its minute is over) and nothing
 * is allocated for it. Used on the loop's thread only.
 */
final class TimerHeap {

    private static final int INITIAL_CAPACITY = 16;

    private @Nullable Timed[] heap = new Timed[INITIAL_CAPACITY];
    private int size;

    /** Arms {@code timed}, or moves it if it is armed. */
    void arm(Timed timed, long due) {
        if (timed.place == Timed.NOWHERE) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            timed.due = due;
            rise(size++, timed);
        } else {
            timed.due = due;
            settle(timed.place, timed);
        }
    }

    /** Disarms {@code timed}; nothing happens if it is not armed. */
    void disarm(Timed timed) {
        int place = timed.place;
        if (place == Timed.NOWHERE) {
            return;
        }
        timed.place = Timed.NOWHERE;
        size--;
        Timed last = at(size);
        heap[size] = null;
        if (place != size) {
            settle(place, last);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Nanoseconds from {@code now} to the first timer, 0 or less if it is due. The heap must not be empty. */
    long untilNext(long now) {
        return at(0).due - now;
    }

    /** Takes out everything that is due at {@code now} and calls it. */
    void expire(long now) {
        while (size > 0 && untilNext(now) <= 0) {
            Timed first = at(0);
            disarm(first);
            try {
                first.expired(now);
            } catch (RuntimeException | Error e) {
                // Our own fault, or no memory: it costs this one, not the loop.
                first.stop(Reason.INTERNAL, e);
            }
        }
    }

    /** Takes everything out and stops it: there is nobody any more who would call it. */
    void stopAll(Reason reason, @Nullable Throwable cause, Consumer<Throwable> faults) {
        while (size > 0) {
            Timed last = at(size - 1);
            disarm(last);
            try {
                last.stop(reason, cause);
            } catch (RuntimeException | Error e) {
                faults.accept(e);
            }
        }
    }

    private void settle(int place, Timed timed) {
        if (place > 0 && before(timed, at((place - 1) / 2))) {
            rise(place, timed);
        } else {
            sink(place, timed);
        }
    }

    private void rise(int start, Timed timed) {
        int place = start;
        while (place > 0) {
            int parent = (place - 1) / 2;
            if (!before(timed, at(parent))) {
                break;
            }
            put(place, at(parent));
            place = parent;
        }
        put(place, timed);
    }

    private void sink(int start, Timed timed) {
        int place = start;
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && before(at(child + 1), at(child))) {
                child++;
            }
            if (!before(at(child), timed)) {
                break;
            }
            put(place, at(child));
            place = child;
        }
        put(place, timed);
    }

    private void put(int place, Timed timed) {
        heap[place] = timed;
        timed.place = place;
    }

    private Timed at(int place) {
        Timed timed = heap[place];
        if (timed == null) {
            throw new IllegalStateException("no timer at " + place + " of " + size);
        }
        return timed;
    }

    private static boolean before(Timed a, Timed b) {
        return a.due - b.due < 0;
    }
}
