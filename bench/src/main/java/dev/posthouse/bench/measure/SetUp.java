package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

/** Circuits set up and closed again, one after the other by each of a fixed number of clients. */
public final class SetUp implements Measure {
    private static final double NANOS_A_SECOND = 1e9;
    private static final double MILLIS_A_SECOND = 1e3;
    private static final int CLIENTS = RunningRelay.SLOTS;

    /** The code of a set-up is larger than that of a transfer, so the JIT of a relay wants longer. */
    private static final Duration WARM_UP = Duration.ofMillis(1_500);

    /** Closing goes on behind the last set-up and belongs to its price. */
    private static final Duration CLOSING = Duration.ofMillis(300);

    private static final Metric RATE = new Metric("setUpsASecond", "circuits/s", 0);
    private static final Metric P50 = new Metric("setUpMicrosP50", "set-up µs, p50", 0);
    private static final Metric P99 = new Metric("setUpMicrosP99", "set-up µs, p99", 0);
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
                + " s after a warm-up; a set-up is all from the first connect to one byte each way (rdv: ACCEPT, DIAL, both"
                + " 101s and CONTINUE); its CPU includes the closing.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(RATE, P50, P99, CPU);
    }

    @Override
    public boolean appliesTo(Contestant contestant) {
        return true;
    }

    @Override
    public List<Figure> run(Contestant contestant) throws IOException {
        var measuring = new AtomicBoolean();
        var stopped = new AtomicBoolean();
        try (var tasks = new Tasks<long[]>();
                RunningRelay relay = contestant.start()) {
            for (int client = 0; client < CLIENTS; client++) {
                int slot = client;
                tasks.start(() -> setUpAgainAndAgain(relay, slot, measuring, stopped));
            }
            Pause.of(WARM_UP);
            var cpu = new CpuClock(relay);
            measuring.set(true);
            long begin = System.nanoTime();
            Pause.of(window);
            stopped.set(true);
            List<long[]> times = tasks.results();
            double seconds = (System.nanoTime() - begin) / NANOS_A_SECOND;
            Pause.of(CLOSING);
            double cpuMillis = cpu.seconds() * MILLIS_A_SECOND;
            var percentiles = new Percentiles(times.stream().flatMapToLong(Arrays::stream));
            var rate = RATE.of(percentiles.count() / seconds);
            var p50 = P50.of(percentiles.micros(0.5));
            var p99 = P99.of(percentiles.micros(0.99));
            return contestant.isRelay()
                    ? List.of(rate, p50, p99, CPU.of(cpuMillis / percentiles.count()))
                    : List.of(rate, p50, p99);
        }
    }

    private static long[] setUpAgainAndAgain(
            RunningRelay relay, int slot, AtomicBoolean measuring, AtomicBoolean stopped) throws IOException {
        LongStream.Builder nanos = LongStream.builder();
        while (!stopped.get()) {
            boolean counts = measuring.get();
            long begin = System.nanoTime();
            var pair = relay.openPair(slot);
            if (counts) {
                nanos.add(System.nanoTime() - begin);
            }
            pair.close();
        }
        return nanos.build().toArray();
    }
}
