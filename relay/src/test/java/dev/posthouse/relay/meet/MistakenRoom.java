package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.splice.Watch;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A copy of what {@link WaitingRoom} does, with one mistake: it shows that {@link WaitingRoomScheduleTest} would find it. */
final class MistakenRoom implements WaitingRoomScheduleTest.Room {

    enum Mistake {
        /** Who gives an arriving slot up does not wake those who wait for it. */
        WAKES_NOBODY,
        /** Who comes for an arriving slot looks at it once, and takes "not yet parked" for "gone". */
        LOOKS_ONCE,
        /** Who leaves in the instant in which another comes for him stays in the map if the other looked first. */
        FORGETS_TO_REMOVE
    }

    private enum State {
        ARRIVING,
        PARKED,
        GONE
    }

    private static final class Slot {
        private State state = State.ARRIVING;
        private @Nullable Watch watch;
    }

    private final Mistake mistake;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Slot> slots = new ConcurrentHashMap<>();

    MistakenRoom(Mistake mistake) {
        this.mistake = mistake;
    }

    @Override
    public long reserve() {
        long number = numbers.incrementAndGet();
        slots.put(number, new Slot());
        return number;
    }

    @Override
    public void vacate(long number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return;
        }
        synchronized (slot) {
            slot.state = State.GONE;
            slots.remove(number);
            if (mistake != Mistake.WAKES_NOBODY) {
                slot.notifyAll();
            }
        }
    }

    @Override
    public void park(long number, Waiter waiter, Watch watch) {
        Slot slot = slots.get(number);
        if (slot == null) {
            throw new IllegalStateException("slot " + number + " was vacated");
        }
        synchronized (slot) {
            slot.watch = watch;
            slot.state = State.PARKED;
            slot.notifyAll();
        }
    }

    @Override
    public void leave(long number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return;
        }
        synchronized (slot) {
            if (mistake == Mistake.FORGETS_TO_REMOVE && slot.state == State.GONE) {
                return;
            }
            slot.state = State.GONE;
        }
        slots.remove(number);
    }

    @Override
    public boolean take(long number) throws InterruptedException {
        Slot slot = slots.get(number);
        if (slot == null) {
            return false;
        }
        synchronized (slot) {
            while (mistake != Mistake.LOOKS_ONCE && slot.state == State.ARRIVING) {
                slot.wait();
            }
            Watch watch = slot.watch;
            if (slot.state != State.PARKED || watch == null) {
                return false;
            }
            Optional<ByteStream> stream = watch.release();
            slot.state = State.GONE;
            if (stream.isEmpty()) {
                return false;
            }
            slots.remove(number);
            return true;
        }
    }

    @Override
    public int size() {
        return slots.size();
    }
}
