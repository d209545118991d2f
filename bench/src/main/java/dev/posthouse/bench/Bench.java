package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Circuit;
import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.measure.Figure;
import dev.posthouse.bench.measure.Measure;
import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.Machine;
import dev.posthouse.bench.report.Report;
import dev.posthouse.bench.report.Row;
import dev.posthouse.bench.transfer.TransferBench;
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
 *
 * @param <C> the circuits of these relays
 */
public final class Bench<C extends Circuit> {
    private static final int USAGE = 2;

    /** The longest, memory of an rdv server, takes about a quarter of it. */
    private static final Duration CELL_LIMIT = Duration.ofMinutes(2);

    private final Options options;
    private final List<Contestant<C>> contestants;
    private final List<Measure<C>> measures;
    private final Report report;
    private final CellLimit limit;

    private Bench(
            Options options,
            List<Contestant<C>> contestants,
            List<Measure<C>> measures,
            Report report,
            CellLimit limit) {
        this.options = options;
        this.contestants = contestants;
        this.measures = measures;
        this.report = report;
        this.limit = limit;
    }

    /**
     * Ends with status 0 if all was measured, 1 if something failed, 2 for a wrong argument.
     *
     * @param arguments the name of a suite, then see {@code bench/run --help}
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String name = arguments.length == 0 ? "" : arguments[0];
        List<String> rest = List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
        System.exit(
                switch (name) {
                    case "relay" -> run(new RelaySuite(), rest);
                    case "offset" -> run(new OffsetSuite(), rest);
                    case "transfer" -> TransferBench.run(rest);
                    default -> wrong("bench/run", "measures relay, offset or transfer, not '" + name + "'");
                });
    }

    private static int wrong(String program, String message) {
        System.err.println(program + ": " + message);
        return USAGE;
    }

    private static <C extends Circuit> int run(Suite<C> suite, List<String> arguments) throws IOException {
        String program = "bench/run " + suite.name();
        Options options;
        try {
            options = Options.parse(suite, arguments);
        } catch (IllegalArgumentException e) {
            return wrong(program, String.valueOf(e.getMessage()));
        }
        long descriptors = Machine.descriptorLimit();
        try (var children = new ChildProcesses(options.workingDirectory());
                var limit = new CellLimit(children)) {
            Runtime.getRuntime().addShutdownHook(new Thread(children::close));
            List<Contestant<C>> available = suite.available(options, descriptors, children);
            List<String> names = available.stream().map(Contestant::name).toList();
            for (String name : options.only()) {
                if (!names.contains(name)) {
                    return wrong(program, name + " cannot run here; these can: " + String.join(",", names));
                }
            }
            List<Contestant<C>> chosen = available.stream()
                    .filter(one -> options.only().isEmpty() || options.only().contains(one.name()))
                    .toList();
            List<Measure<C>> measures = suite.measures(options, descriptors).stream()
                    .filter(measure -> options.measures().contains(measure.name()))
                    .toList();
            var report = new Report(System.out, conditions(options, chosen, measures, descriptors), names);
            new Bench<>(options, chosen, measures, report, limit).run();
            if (options.json().isPresent()) {
                Files.writeString(options.json().get(), report.json());
            }
            return report.isWhole() ? 0 : 1;
        }
    }

    private static <C extends Circuit> List<String> conditions(
            Options options, List<Contestant<C>> contestants, List<Measure<C>> measures, long descriptors)
            throws IOException {
        var lines = new ArrayList<String>();
        lines.add(Machine.description() + "; loopback, load and relay on the same cores");
        lines.add(options.rounds() + " rounds, interleaved; descriptor limit " + descriptors);
        for (Measure<C> measure : measures) {
            for (Contestant<C> contestant : contestants) {
                if (measure.appliesTo(contestant)) {
                    measure.restriction(contestant).ifPresent(how -> lines.add(contestant.name() + ": " + how));
                }
            }
        }
        return lines;
    }

    private void run() {
        for (int round = 1; round <= options.rounds(); round++) {
            var order = new ArrayList<>(contestants);
            Collections.rotate(order, 1 - round);
            for (Measure<C> measure : measures) {
                for (Contestant<C> contestant : order) {
                    if (measure.appliesTo(contestant)) {
                        report.add(measured(round, measure, contestant));
                    }
                }
            }
        }
        report.printMedians(measures);
    }

    private Row measured(int round, Measure<C> measure, Contestant<C> contestant) {
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
