package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** Circuits set up one after the other through a relay that has its hands full with bulk. */
public final class Newcomers<C extends Circuit> implements Measure<C> {
    private static final double MICROS_A_MILLI = 1e3;

    /** More than a relay has processors here. */
    private static final int BUSY = 8;

    private static final Metric P50 = new Metric("newcomerMillisP50", "set-up ms, p50", 1);
    private static final Metric MAX = new Metric("newcomerMillisMax", "longest ms", 1);
    private static final Metric COUNT = new Metric("newcomers", "set-ups", 0);

    private final Duration window;

    /** @param window after the warm-up */
    public Newcomers(Duration window) {
        this.window = window;
    }

    @Override
    public String name() {
        return "newcomers";
    }

    @Override
    public String about() {
        return "Set-ups one after the other for " + window.toMillis() / 1000.0 + " s while " + BUSY
                + " other circuits carry as much as they can.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(P50, MAX, COUNT);
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return !contestant.isVariant();
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        var stopped = new AtomicBoolean();
        try (var tasks = new Tasks<Void>();
                RunningRelay<C> relay = contestant.start();
                Pairs<C> busy = Pairs.open(BUSY, relay::openPair)) {
            for (C circuit : busy.all()) {
                tasks.start(Transfer.receiving(circuit, new AtomicLong(), stopped::get));
                tasks.start(Transfer.sending(circuit, new AtomicLong(), stopped::get));
            }
            Pause.of(contestant.warmUp());
            LongStream.Builder nanos = LongStream.builder();
            int count = 0;
            long end = System.nanoTime() + window.toNanos();
            for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
                C newcomer = relay.openPair(BUSY);
                nanos.add(System.nanoTime() - begin);
                count++;
                newcomer.close();
            }
            stopped.set(true);
            for (C circuit : busy.all()) {
                circuit.abort();
            }
            tasks.results();
            var percentiles = new Percentiles(nanos.build());
            return List.of(
                    P50.of(percentiles.micros(0.5) / MICROS_A_MILLI),
                    MAX.of(percentiles.micros(1) / MICROS_A_MILLI),
                    COUNT.of(count));
        }
    }
}
