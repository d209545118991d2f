package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Contestants;
import dev.posthouse.bench.measure.Figure;
import dev.posthouse.bench.measure.Latency;
import dev.posthouse.bench.measure.Measure;
import dev.posthouse.bench.measure.Memory;
import dev.posthouse.bench.measure.SetUp;
import dev.posthouse.bench.measure.StartUp;
import dev.posthouse.bench.measure.Throughput;
import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.Machine;
import dev.posthouse.bench.report.Report;
import dev.posthouse.bench.report.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Measures relays side by side: in every round each measure goes through all contestants, one after the other, beginning
 * with another one each time, so that a change of the machine's mood falls on all alike.
 */
public final class RelayBench {
    private static final int USAGE = 2;

    /** The longest, memory of an rdv server, takes about a quarter of it. */
    private static final Duration CELL_LIMIT = Duration.ofMinutes(2);

    private final Options options;
    private final List<Contestant> contestants;
    private final List<Measure> measures;
    private final Report report;
    private final CellLimit limit;

    private RelayBench(
            Options options, List<Contestant> contestants, List<Measure> measures, Report report, CellLimit limit) {
        this.options = options;
        this.contestants = contestants;
        this.measures = measures;
        this.report = report;
        this.limit = limit;
    }

    /**
     * Ends with status 0 if all was measured, 1 if something failed, 2 for a wrong argument.
     *
     * @param arguments see {@code bench/run relay --help}
     */
    public static void main(String[] arguments) throws IOException {
        Options options;
        try {
            options = Options.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("bench/run relay: " + e.getMessage());
            System.exit(USAGE);
            return;
        }
        System.exit(run(options));
    }

    private static int run(Options options) throws IOException {
        long descriptors = Machine.descriptorLimit();
        try (var children = new ChildProcesses(options.workingDirectory());
                var limit = new CellLimit(children)) {
            Runtime.getRuntime().addShutdownHook(new Thread(children::close));
            List<Contestant> available =
                    new Contestants(options.programs(), options.workingDirectory(), descriptors, children).available();
            List<String> names = available.stream().map(Contestant::name).toList();
            for (String name : options.only()) {
                if (!names.contains(name)) {
                    System.err.println(
                            "bench/run relay: " + name + " cannot run here; these can: " + String.join(",", names));
                    return USAGE;
                }
            }
            List<Contestant> chosen = available.stream()
                    .filter(one -> options.only().isEmpty() || options.only().contains(one.name()))
                    .toList();
            var memory = new Memory(options.pairsLow(), options.pairsHigh(), descriptors);
            var report = new Report(System.out, conditions(options, chosen, memory, descriptors), names);
            var bench = new RelayBench(options, chosen, measures(options, memory), report, limit);
            bench.run();
            if (options.json().isPresent()) {
                Files.writeString(options.json().get(), report.json());
            }
            return report.isWhole() ? 0 : 1;
        }
    }

    private static List<Measure> measures(Options options, Memory memory) {
        List<Measure> all = List.of(
                new Throughput(options.window()),
                new Latency(options.shortWindow()),
                new SetUp(options.shortWindow()),
                memory,
                new StartUp(options.starts()));
        return all.stream()
                .filter(measure -> options.measures().contains(measure.name()))
                .toList();
    }

    private static List<String> conditions(
            Options options, List<Contestant> contestants, Memory memory, long descriptors) throws IOException {
        var lines = new ArrayList<String>();
        lines.add(Machine.description() + "; loopback, load and relay on the same cores");
        lines.add(options.rounds() + " rounds, interleaved; descriptor limit " + descriptors);
        if (options.measures().contains("memory")) {
            contestants.stream()
                    .filter(one -> memory.appliesTo(one) && memory.highest(one) < options.pairsHigh())
                    .map(one -> one.name() + ": memory is measured up to " + memory.highest(one) + " pairs instead of "
                            + options.pairsHigh() + ", for want of descriptors (see ulimit -Hn)")
                    .forEach(lines::add);
        }
        return lines;
    }

    private void run() {
        for (int round = 1; round <= options.rounds(); round++) {
            var order = new ArrayList<>(contestants);
            Collections.rotate(order, 1 - round);
            for (Measure measure : measures) {
                for (Contestant contestant : order) {
                    if (measure.appliesTo(contestant)) {
                        report.add(measured(round, measure, contestant));
                    }
                }
            }
        }
        report.printMedians(measures);
    }

    private Row measured(int round, Measure measure, Contestant contestant) {
        try (var stretch = limit.begin(CELL_LIMIT)) {
            try {
                List<Figure> figures = measure.run(contestant);
                return new Row(round, measure.name(), contestant.name(), figures, Optional.empty());
            } catch (IOException | RuntimeException e) {
                String why = stretch.wasReached()
                        ? "not done after " + CELL_LIMIT.toSeconds() + " s"
                        : String.valueOf(e.getMessage() == null ? e : e.getMessage());
                return new Row(round, measure.name(), contestant.name(), List.of(), Optional.of(why));
            }
        }
    }
}
