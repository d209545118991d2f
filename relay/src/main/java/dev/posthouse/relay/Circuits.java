package dev.posthouse.relay;

import dev.posthouse.relay.splice.DataPath;
import dev.posthouse.relay.splice.Meter;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.StalledReader;
import dev.posthouse.relay.splice.Terms;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The circuits of one relay: opens them on the data path, counts them, and knows when all have ended. Any thread. */
public final class Circuits {

    private final DataPath dataPath;
    private final RelayListener events;
    private final Metering metering;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Circuit> running = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    public Circuits(DataPath dataPath, Admission admission, RelayListener events) {
        this.dataPath = dataPath;
        this.events = events;
        this.metering = new Metering(admission);
    }

    /** Puts a circuit's two sides together, as the data path does. */
    @FunctionalInterface
    public interface Joint {

        /**
         * Joins.
         *
         * @param terms what the relay's limits ask for
         * @param onEnd to be called once, after both sides are closed
         */
        Splice join(Terms terms, Consumer<SpliceEnd> onEnd);
    }

    /** A number for a pair that has met. */
    public long nextNumber() {
        return numbers.incrementAndGet();
    }

    /** {@link #open(String, long, NameTag, Leg, Leg, Joint, Permit, List, Duration, Consumer)} of the legs' own bytes. */
    public Circuit open(
            String dialect,
            long number,
            NameTag name,
            Leg dialer,
            Leg acceptor,
            Permit place,
            List<Meter> own,
            Duration took,
            Consumer<SpliceEnd> onEnd) {
        Joint bytes = (terms, end) -> dataPath.join(dialer.stream(), acceptor.stream(), terms, end);
        return open(dialect, number, name, dialer, acceptor, bytes, place, own, took, onEnd);
    }

    /**
     * Joins two legs for good. If that fails, whatever it was that failed, the circuit ends with {@link Reason#INTERNAL}: both legs
     * are aborted, everything is given back, and {@code onEnd} is called here.
     *
     * @param number from {@link #nextNumber}
     * @param dialer given up; closed in the end
     * @param acceptor given up; closed in the end
     * @param joint joins what the two legs carry, the dialer's side on the left
     * @param place given back in the end
     * @param own further meters of the dialect or the application, besides those of the {@link Limits}
     * @param took since the two met
     * @param onEnd called once, on a virtual thread, after the end was counted
     */
    public Circuit open(
            String dialect,
            long number,
            NameTag name,
            Leg dialer,
            Leg acceptor,
            Joint joint,
            Permit place,
            List<Meter> own,
            Duration took,
            Consumer<SpliceEnd> onEnd) {
        var circuit = new Circuit(number, dialect, name, dialer, acceptor, System.nanoTime());
        var opening = new Opening(circuit, dialer, acceptor, place, onEnd);
        try {
            Metering.Use use = metering.use(AddressKey.of(dialer.payer()), AddressKey.of(acceptor.payer()));
            opening.use = use;
            var meters = new ArrayList<Meter>(own);
            meters.addAll(use.meters());
            running.put(number, circuit);
            events.on(new RelayEvent.CircuitOpened(dialect, number, name, took));
            circuit.carriedBy(joint.join(
                    new Terms(metering.idle(), metering.stalled(), meters, dialer.holding(), acceptor.holding()),
                    opening));
        } catch (RuntimeException | Error e) {
            opening.fail(e);
        }
        return circuit;
    }

    /** What has to be given back in the end, and is exactly once, whatever fails on the way. */
    private final class Opening implements Consumer<SpliceEnd> {
        private final Circuit circuit;
        private final Leg dialer;
        private final Leg acceptor;
        private final Permit place;
        private final Consumer<SpliceEnd> onEnd;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Metering.Use use = Metering.Use.NONE;

        Opening(Circuit circuit, Leg dialer, Leg acceptor, Permit place, Consumer<SpliceEnd> onEnd) {
            this.circuit = circuit;
            this.dialer = dialer;
            this.acceptor = acceptor;
            this.place = place;
            this.onEnd = onEnd;
        }

        @Override
        public void accept(SpliceEnd end) {
            if (!over.compareAndSet(false, true)) {
                return;
            }
            try {
                use.close();
                dialer.release();
                acceptor.release();
                place.close();
                events.on(new RelayEvent.CircuitClosed(
                        circuit.dialect(),
                        circuit.id(),
                        circuit.name(),
                        end.reason(),
                        end.leftToRight(),
                        end.rightToLeft(),
                        Duration.ofNanos(System.nanoTime() - circuit.startNanos()),
                        end.error().map(Circuits::text)));
            } finally {
                remove(circuit.id());
                onEnd.accept(end);
            }
        }

        /** Nothing carries it, or nobody knows what does: both peers are let go of, and the log says why. */
        void fail(Throwable thrown) {
            dialer.abort();
            acceptor.abort();
            try {
                events.on(new RelayEvent.Fault("opening a circuit", thrown));
            } finally {
                accept(new SpliceEnd(
                        Reason.INTERNAL, 0, 0, Optional.of(new IOException("the relay failed: " + thrown, thrown))));
            }
        }
    }

    /** Which of the two took nothing is what an operator wants to know; the data path knows left and right only. */
    private static String text(IOException error) {
        return error instanceof StalledReader stalled
                ? "the " + (stalled.left() ? "dialer" : "acceptor") + " took nothing for "
                        + stalled.limit().toMillis() + " ms while bytes waited for it"
                : error.toString();
    }

    private void remove(long number) {
        running.remove(number);
        if (running.isEmpty()) {
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** What runs: a view, which may be gone through at any time and costs nothing to ask for, however many there are. */
    public Collection<Circuit> running() {
        return Collections.unmodifiableCollection(running.values());
    }

    /**
     * Waits until none runs.
     *
     * @return whether none ran when the time was up
     */
    public boolean awaitNone(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!running.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = Math.min(ended.awaitNanos(left), TimeUnit.DAYS.toNanos(1));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all that run. */
    public void endAll(Reason reason) {
        running.values().forEach(circuit -> circuit.end(reason));
    }

    /** Ends those of which {@code relay} accepted an end. */
    void endAll(Reason reason, Relay relay) {
        for (Circuit circuit : running.values()) {
            if (circuit.isOf(relay)) {
                circuit.end(reason);
            }
        }
    }
}
