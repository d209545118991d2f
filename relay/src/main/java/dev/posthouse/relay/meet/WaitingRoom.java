package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where this node's peers wait, each in a slot: watched by the data path at next to no cost, or, if they speak while they
 * wait, by their own dialect.
 *
 * <p>A slot is <i>arriving</i> from {@link #reserve} on (its peer is asking the directory), then either <i>parked</i> or
 * <i>gone</i>. Whoever finds an arriving slot in the directory waits the instant until it is one of the two; a parked one
 * ends exactly once: it is {@linkplain #take taken}, or its watch ends. A slot's state is guarded by the slot itself.
 */
public final class WaitingRoom {

    private enum State {
        ARRIVING,
        PARKED,
        GONE
    }

    /** One place. */
    private static final class Slot {
        private State state = State.ARRIVING;
        private @Nullable Waiter waiter;
        private @Nullable Watch watch;
    }

    /**
     * Who was taken out.
     *
     * @param waiter as it was parked
     * @param stream to go on with, in blocking mode
     */
    public record Taken(Waiter waiter, ByteStream stream) {}

    private final DataPath dataPath;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Slot> slots = new ConcurrentHashMap<>();

    public WaitingRoom(DataPath dataPath) {
        this.dataPath = dataPath;
    }

    /** A place in the order of those who come, for one that may have to wait later: before all slots from now on. */
    public long arrival() {
        return numbers.incrementAndGet();
    }

    /** A new slot, arriving. Its owner must {@link #park} into it or {@link #vacate} it without delay. */
    public long reserve() {
        long number = numbers.incrementAndGet();
        slots.put(number, new Slot());
        return number;
    }

    /** Gives an arriving slot up; does nothing if it is not arriving any more. */
    public void vacate(long number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return;
        }
        synchronized (slot) {
            if (slot.state == State.ARRIVING) {
                slot.state = State.GONE;
                slots.remove(number);
                slot.notifyAll();
            }
        }
    }

    /**
     * Parks a silent peer in its arriving slot, watched by the data path.
     *
     * @param waiter keeps still until it is taken, or until its {@link Waiter#waitEnded} is called
     * @param limit how long it may wait; positive
     * @throws RuntimeException what the data path throws; the slot is gone then, and the waiter the caller's
     */
    public void park(long number, Waiter waiter, Duration limit) {
        park(
                number,
                waiter,
                () -> dataPath.watch(waiter.stream(), limit, end -> {
                    if (left(number)) {
                        waiter.waitEnded(end.cause(), end.stream());
                    }
                }));
    }

    /**
     * Parks a peer that speaks or is spoken to while it waits, and so has its own way of watching: one with keepalives, or
     * one that is told who comes.
     *
     * @param watch starts watching; what it throws is the caller's, and the slot is gone then. When the watch ends otherwise than by its release, whoever ended it calls {@link #leave}
     */
    public void park(long number, Waiter waiter, Supplier<Watch> watch) {
        Slot slot = slots.get(number);
        if (slot == null) {
            throw new IllegalStateException("slot " + number + " was vacated");
        }
        synchronized (slot) {
            boolean watched = false;
            slot.waiter = waiter;
            slot.state = State.PARKED;
            try {
                slot.watch = watch.get();
                watched = true;
            } finally {
                if (!watched) {
                    slot.state = State.GONE;
                    slots.remove(number);
                }
                slot.notifyAll();
            }
        }
    }

    /** Says that the watch of a slot has ended by itself; does nothing if it was taken, or left already. */
    public void leave(long number) {
        left(number);
    }

    /** Whether it had not left before. */
    private boolean left(long number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return false;
        }
        synchronized (slot) {
            if (slot.state == State.GONE) {
                return false;
            }
            slot.state = State.GONE;
            slots.remove(number);
            // One that was not even parked may have somebody who waits for it to be.
            slot.notifyAll();
            return true;
        }
    }

    /** Who is parked in a slot, without taking it; empty if it is arriving or gone. */
    public Optional<Waiter> find(long number) {
        Slot slot = slots.get(number);
        if (slot == null) {
            return Optional.empty();
        }
        synchronized (slot) {
            return slot.state == State.PARKED ? Optional.ofNullable(slot.waiter) : Optional.empty();
        }
    }

    /**
     * Takes a peer out.
     *
     * @return empty if it is gone: it left, its time was up, or somebody else took it
     * @throws RuntimeException what the watch throws when it is released; the slot is gone then, its connection is reset, and its
     *     waiter is told that it is over
     * @throws InterruptedException if interrupted in the instant in which the slot is arriving
     */
    public Optional<Taken> take(long number) throws InterruptedException {
        Slot slot = slots.get(number);
        if (slot == null) {
            return Optional.empty();
        }
        synchronized (slot) {
            while (slot.state == State.ARRIVING) {
                slot.wait();
            }
            Watch watch = slot.watch;
            Waiter waiter = slot.waiter;
            if (slot.state == State.GONE || watch == null || waiter == null) {
                return Optional.empty();
            }
            Optional<ByteStream> stream;
            try {
                stream = watch.release();
            } catch (RuntimeException | Error e) {
                slot.state = State.GONE;
                slots.remove(number);
                waiter.stream().abort();
                tellOver(waiter);
                throw e;
            }
            if (stream.isEmpty()) {
                return Optional.empty();
            }
            slot.state = State.GONE;
            slots.remove(number);
            return Optional.of(new Taken(waiter, stream.get()));
        }
    }

    private static void tellOver(Waiter waiter) {
        try {
            Thread.startVirtualThread(() -> waiter.waitEnded(WatchEnd.Cause.SHUTDOWN, waiter.stream()));
        } catch (OutOfMemoryError e) {
            // Better here than never, though whoever takes has to wait for it.
            waiter.waitEnded(WatchEnd.Cause.SHUTDOWN, waiter.stream());
        }
    }

    /**
     * Takes out everybody of one kind: for a dialect that drains, and takes its own alone, since others share this room. Whose watch
     * fails is not among them: its waiter is told.
     *
     * @param whose asked once of everybody who is parked; must not block
     */
    public List<Taken> takeAll(Predicate<Waiter> whose) throws InterruptedException {
        var all = new ArrayList<Taken>();
        for (var entry : slots.entrySet()) {
            Waiter waiter;
            synchronized (entry.getValue()) {
                waiter = entry.getValue().waiter;
            }
            if (waiter != null && whose.test(waiter)) {
                try {
                    take(entry.getKey()).ifPresent(all::add);
                } catch (RuntimeException | Error e) {
                    // It was told. The others are not to be lost with it.
                }
            }
        }
        return all;
    }

    /** How many wait or arrive. */
    public int size() {
        return slots.size();
    }
}
