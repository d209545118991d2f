package dev.posthouse.relay.circuit;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Metering;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Meter;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.StalledReader;
import dev.posthouse.relay.splice.Terms;
import java.io.IOException;
import java.time.Duration;
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
import java.util.stream.Stream;

/** The circuits of one relay: opens them on the data path, counts them, and knows when all have ended. Any thread. */
public final class Circuits {

    private final RelayListener events;
    private final Metering metering;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, Circuit> running = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    public Circuits(Admission admission, RelayListener events) {
        this.events = events;
        this.metering = new Metering(admission);
    }

    /** A number for a pair that has met. */
    public long nextNumber() {
        return numbers.incrementAndGet();
    }

    /**
     * Joins two ends for good. If that fails, whatever it was that failed, the circuit ends with {@link Reason#INTERNAL}: both ends
     * are aborted, everything is given back, and {@link CircuitRequest#onEnd} is called here.
     */
    public Circuit open(CircuitRequest request) {
        var circuit = new Circuit(request, System.nanoTime());
        var opening = new Opening(circuit, request);
        try {
            Metering.Use use = metering.use(
                    request.dialer().party().addressKey(),
                    request.acceptor().party().addressKey());
            opening.use = use;
            running.put(circuit.id(), circuit);
            opening.told = true;
            events.on(
                    new RelayEvent.CircuitOpened(request.dialect(), request.number(), request.name(), request.took()));
            circuit.carriedBy(request.joint().join(terms(request, use.meters()), opening));
        } catch (RuntimeException | Error e) {
            opening.fail(e);
        }
        return circuit;
    }

    private Terms terms(CircuitRequest request, List<Meter> limits) {
        CircuitTerms asked = request.terms();
        return new Terms(
                metering.idle(),
                metering.stalled(),
                shorter(metering.longest(), asked.longest()),
                both(asked.there(), limits),
                both(asked.back(), limits),
                request.dialer().holding(),
                request.acceptor().holding());
    }

    /** Zero is no bound. */
    private static Duration shorter(Duration one, Duration other) {
        if (one.isZero() || other.isZero()) {
            return one.isZero() ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    private static List<Meter> both(List<Meter> some, List<Meter> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** What has to be given back in the end, and is exactly once, whatever fails on the way. */
    private final class Opening implements Consumer<SpliceEnd> {
        private final Circuit circuit;
        private final Permit permit;
        private final Duration took;
        private final Consumer<SpliceEnd> onEnd;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Metering.Use use = Metering.Use.NONE;
        /** Whether anybody was told that it was opened. */
        private volatile boolean told;

        Opening(Circuit circuit, CircuitRequest request) {
            this.circuit = circuit;
            this.permit = request.permit();
            this.took = request.took();
            this.onEnd = request.onEnd();
        }

        @Override
        public void accept(SpliceEnd end) {
            if (!over.compareAndSet(false, true)) {
                return;
            }
            try {
                use.close();
                circuit.release();
                permit.close();
                tell(end);
            } finally {
                remove(circuit.id());
                onEnd.accept(end);
            }
        }

        private void tell(SpliceEnd end) {
            if (!told) {
                // It never was one: what two peers that met are told of then is that nothing was relayed.
                events.on(new RelayEvent.NotRelayed(
                        circuit.dialect(), circuit.id(), circuit.name(), end.reason(), Optional.empty(), took));
                return;
            }
            events.on(new RelayEvent.CircuitClosed(
                    circuit.dialect(),
                    circuit.id(),
                    circuit.name(),
                    end.reason(),
                    end.leftToRight(),
                    end.rightToLeft(),
                    Duration.ofNanos(System.nanoTime() - circuit.startNanos()),
                    end.error().map(Circuits::text)));
        }

        /** Nothing carries it, or nobody knows what does: both peers are let go of, and the log says why. */
        void fail(Throwable thrown) {
            circuit.abort();
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
    public void endAll(Reason reason, Object relay) {
        for (Circuit circuit : running.values()) {
            if (circuit.isOf(relay)) {
                circuit.end(reason);
            }
        }
    }
}
