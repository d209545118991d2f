package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** Circuits set up and closed again, one after the other by each of a fixed number of clients. */
public final class SetUp<C extends Circuit> implements Measure<C> {
    private static final double NANOS_A_SECOND = 1e9;
    private static final double MILLIS_A_SECOND = 1e3;
    private static final double MICROS_A_MILLI = 1e3;
    private static final int CLIENTS = RunningRelay.SLOTS;

    /**
     * Of the same load, for every contestant: the JIT of a relay on a JVM is through with the code of a set-up only after so
     * long (measured), and so is that of the load itself.
     */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private static final Metric RATE = new Metric("setUpsASecond", "circuits/s", 0);
    private static final Metric P50 = new Metric("setUpMicrosP50", "set-up µs, p50", 0);
    private static final Metric P99 = new Metric("setUpMicrosP99", "set-up µs, p99", 0);
    private static final Metric MAX = new Metric("setUpMillisMax", "longest ms", 0);
    private static final Metric CPU = new Metric("cpuMillisASetUp", "CPU ms each", 3);

    private final Duration window;

    /** @param window after the warm-up */
    public SetUp(Duration window) {
        this.window = window;
    }

    @Override
    public String name() {
        return "setup";
    }

    @Override
    public String about() {
        return CLIENTS + " clients in a closed loop for " + window.toMillis() / 1000.0
                + " s after " + WARM_UP.toSeconds()
                + " s of the same for every contestant to warm up; a set-up is all from the first connect to one byte each way (rdv: ACCEPT, DIAL, both"
                + " 101s and CONTINUE; Offset: the handshakes of both legs and the notice between them); its CPU includes the closing.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(RATE, P50, P99, MAX, CPU);
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return !contestant.isVariant();
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        var measuring = new AtomicBoolean();
        var stopped = new AtomicBoolean();
        var done = new LongAdder();
        try (var tasks = new Tasks<long[]>();
                RunningRelay<C> relay = contestant.start()) {
            for (int client = 0; client < CLIENTS; client++) {
                int slot = client;
                tasks.start(() -> setUpAgainAndAgain(relay, slot, measuring, stopped, done));
            }
            Pause.of(WARM_UP);
            // Rate and processor time count what ended within the window: the one that ends late must not stretch it.
            var cpu = new CpuClock(relay);
            long before = done.sum();
            long begin = System.nanoTime();
            measuring.set(true);
            Pause.of(window);
            long count = done.sum() - before;
            double seconds = (System.nanoTime() - begin) / NANOS_A_SECOND;
            double cpuMillis = cpu.seconds() * MILLIS_A_SECOND;
            stopped.set(true);
            var percentiles = new Percentiles(tasks.results().stream().flatMapToLong(Arrays::stream));
            var figures = new ArrayList<Figure>();
            figures.add(RATE.of(count / seconds));
            figures.add(P50.of(percentiles.micros(0.5)));
            figures.add(P99.of(percentiles.micros(0.99)));
            figures.add(MAX.of(percentiles.micros(1) / MICROS_A_MILLI));
            if (contestant.isRelay()) {
                figures.add(CPU.of(cpuMillis / count));
            }
            return figures;
        }
    }

    private static long[] setUpAgainAndAgain(
            RunningRelay<?> relay, int slot, AtomicBoolean measuring, AtomicBoolean stopped, LongAdder done)
            throws IOException {
        LongStream.Builder nanos = LongStream.builder();
        while (!stopped.get()) {
            boolean counts = measuring.get();
            long begin = System.nanoTime();
            Circuit pair = relay.openPair(slot);
            if (counts) {
                nanos.add(System.nanoTime() - begin);
            }
            pair.close();
            done.increment();
        }
        return nanos.build().toArray();
    }
}
