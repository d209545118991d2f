package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Bulk from dialer to acceptor, through one circuit and through many, and what the relay pays for it. */
public final class Throughput<C extends Circuit> implements Measure<C> {
    private static final double GIGA = 1e9;
    private static final double NANOS_A_SECOND = 1e9;

    private final Duration window;
    private final String how;
    private final List<Load> loads;

    private record Load(int circuits, Metric rate, Metric cpu) {}

    /**
     * Two loads.
     *
     * @param window for each, after the warm-up
     * @param many how many circuits the second has; the first has one
     * @param noun what a circuit is called in the tables
     * @param how more about the load, for the head of the table
     */
    public Throughput(Duration window, int many, String noun, String how) {
        this.window = window;
        this.how = how;
        this.loads = List.of(load(1, "1 " + noun), load(many, many + " " + noun + "s"));
    }

    private static Load load(int circuits, String title) {
        return new Load(
                circuits,
                new Metric("gigabytesASecond" + circuits, "GB/s, " + title, 3),
                new Metric("cpuSecondsAGigabyte" + circuits, "CPU s/GB, " + title, 3));
    }

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public String about() {
        return "Bulk one way, " + window.toMillis() / 1000.0 + " s after a warm-up (" + how
                + "); GB are 10^9 bytes that came out, CPU is user and system time of the relay.";
    }

    @Override
    public List<Metric> metrics() {
        return loads.stream()
                .flatMap(load -> List.of(load.rate(), load.cpu()).stream())
                .toList();
    }

    @Override
    public boolean appliesTo(Contestant<C> contestant) {
        return true;
    }

    @Override
    public List<Figure> run(Contestant<C> contestant) throws IOException {
        var figures = new ArrayList<Figure>();
        for (Load load : loads) {
            figures.addAll(run(contestant, load));
        }
        return figures;
    }

    private List<Figure> run(Contestant<C> contestant, Load load) throws IOException {
        var stopped = new AtomicBoolean();
        var counters = new ArrayList<AtomicLong>();
        // Closed in the reverse order: the tasks end because their channels are closed.
        try (var tasks = new Tasks<Void>();
                RunningRelay<C> relay = contestant.start();
                Pairs<C> circuits = Pairs.open(load.circuits(), relay::openPair)) {
            for (C circuit : circuits.all()) {
                var received = new AtomicLong();
                counters.add(received);
                tasks.start(Transfer.receiving(circuit, received, stopped::get));
                tasks.start(Transfer.sending(circuit, new AtomicLong(), stopped::get));
            }
            Pause.of(contestant.warmUp());
            var cpu = new CpuClock(relay);
            long begin = System.nanoTime();
            long before = sum(counters);
            Pause.of(window);
            double gigabytes = (sum(counters) - before) / GIGA;
            double seconds = (System.nanoTime() - begin) / NANOS_A_SECOND;
            double cpuSeconds = cpu.seconds();
            stopped.set(true);
            for (C circuit : circuits.all()) {
                circuit.abort();
            }
            tasks.results();
            var figures = new ArrayList<Figure>();
            figures.add(load.rate().of(gigabytes / seconds));
            if (contestant.isRelay()) {
                figures.add(load.cpu().of(cpuSeconds / gigabytes));
            }
            return figures;
        }
    }

    private static long sum(List<AtomicLong> counters) {
        return counters.stream().mapToLong(AtomicLong::getAcquire).sum();
    }
}
