package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pair;
import dev.posthouse.bench.contestant.Pairs;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Bulk from dialer to accepter, through one pair and through many, and what the relay pays for it. */
public final class Throughput implements Measure {
    private static final double GIGA = 1e9;
    private static final double NANOS_A_SECOND = 1e9;

    private final Duration window;
    private final List<Load> loads = List.of(
            new Load(1, metric(1, "GB/s"), metric(1, "CPU s/GB")),
            new Load(64, metric(64, "GB/s"), metric(64, "CPU s/GB")));

    private record Load(int pairs, Metric rate, Metric cpu) {}

    /** @param window for each load, after the warm-up */
    public Throughput(Duration window) {
        this.window = window;
    }

    private static Metric metric(int pairs, String unit) {
        String key = unit.equals("GB/s") ? "gigabytesASecond" : "cpuSecondsAGigabyte";
        return new Metric(
                key + pairs, unit + ", " + pairs + (pairs == 1 ? " pair" : " pairs"), unit.equals("GB/s") ? 2 : 3);
    }

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public String about() {
        return "Bulk one way, " + window.toMillis() / 1000.0
                + " s after a warm-up (haproxy, which only splices when a connection is 5 s old: 6 s); GB are 10^9 bytes that"
                + " came out, CPU is user and system time of the relay.";
    }

    @Override
    public List<Metric> metrics() {
        return loads.stream()
                .flatMap(load -> List.of(load.rate(), load.cpu()).stream())
                .toList();
    }

    @Override
    public boolean appliesTo(Contestant contestant) {
        return true;
    }

    @Override
    public List<Figure> run(Contestant contestant) throws IOException {
        var figures = new ArrayList<Figure>();
        for (Load load : loads) {
            figures.addAll(run(contestant, load));
        }
        return figures;
    }

    private List<Figure> run(Contestant contestant, Load load) throws IOException {
        var stopped = new AtomicBoolean();
        var counters = new ArrayList<AtomicLong>();
        // Closed in the reverse order: the tasks end because their channels are closed.
        try (var tasks = new Tasks<Void>();
                RunningRelay relay = contestant.start();
                Pairs<Pair> pairs = Pairs.open(load.pairs(), relay::openPair)) {
            for (Pair pair : pairs.all()) {
                var received = new AtomicLong();
                counters.add(received);
                tasks.start(Transfer.receiving(pair.accepter(), received, stopped::get));
                tasks.start(Transfer.sending(pair.dialer(), stopped::get));
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
            pairs.close();
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
