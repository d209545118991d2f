package dev.posthouse.interop.nat;

import dev.posthouse.interop.nat.lab.NatLab;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The NAT matrix, cell after cell, so that no cell disturbs the times of another. {@code interop/run nat} starts it.
 *
 * <p>Standard output: a row as soon as it is known, then what is wrong, then {@code N passed, N failed}, one for each pair
 * in each cell. Exit status: 0 all passed, 1 not, 2 usage.
 */
public final class NatMatrix {

    private final Options options;
    private final PrintStream out;

    /** Held while a laboratory is built: a signal waits for that, and none is built after one. */
    private final ReentrantLock lock = new ReentrantLock();

    /** The laboratory that is up. Guarded by {@link #lock}. */
    private Optional<String> up = Optional.empty();

    /** Whether this program is about to end. Guarded by {@link #lock}. */
    private boolean ending;

    private NatMatrix(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        Options options;
        List<Cell> cells;
        try {
            options = Options.parse(List.of(arguments));
            cells = Expectations.read(options.expectations());
        } catch (IllegalArgumentException e) {
            System.err.println("interop/run nat: " + e.getMessage());
            System.exit(2);
            return;
        }
        boolean passed = false;
        try {
            passed = new NatMatrix(options, System.out).run(cells);
        } catch (InterruptedIOException e) {
            System.err.println("interop/run nat: " + e.getMessage());
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean run(List<Cell> cells) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::takeDown, "take-down"));
        out.println(Table.heading());
        var tallies = new ArrayList<Tally>();
        for (int i = 0; i < cells.size(); i++) {
            Set<Pair> pairs = wanted(cells.get(i));
            if (!pairs.isEmpty()) {
                // Short, since devices and namespaces are named after it.
                String name = "t" + ProcessHandle.current().pid() + "-" + i;
                tallies.addAll(run(cells.get(i), pairs, name));
            }
        }
        write(options.json(), Table.json(tallies));
        write(options.markdown(), Table.markdown(tallies));
        List<Tally> bad = tallies.stream().filter(tally -> !tally.passed()).toList();
        for (Tally tally : bad) {
            out.println();
            out.println(tally.cell().name() + " " + tally.pair().label() + ": "
                    + tally.cell().topology() + " " + tally.cell().conditions());
            tally.complaints().forEach(complaint -> out.println("  " + complaint));
        }
        out.println();
        out.println((tallies.size() - bad.size()) + " passed, " + bad.size() + " failed");
        return bad.isEmpty() && !tallies.isEmpty();
    }

    private Set<Pair> wanted(Cell cell) {
        Set<Pair> pairs = EnumSet.noneOf(Pair.class);
        cell.pairs(options.all()).stream()
                .filter(pair ->
                        options.only().matcher(cell.name() + " " + pair.label()).find())
                .forEach(pairs::add);
        return pairs;
    }

    private List<Tally> run(Cell cell, Set<Pair> pairs, String name) throws InterruptedIOException {
        var tallies = new ArrayList<Tally>();
        try (CellRun run = open(cell, name)) {
            for (Pair pair : pairs) {
                Tally tally = run.run(pair, options.tries());
                tallies.add(tally);
                out.println(Table.line(tally));
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // The laboratory did not come up, or did not go down: what was not made counts as failed.
            pairs.stream()
                    .skip(tallies.size())
                    .map(pair -> new Tally(cell, pair, List.of(), Optional.of(String.valueOf(e.getMessage()))))
                    .forEach(tally -> {
                        tallies.add(tally);
                        out.println(Table.line(tally));
                    });
        }
        return tallies;
    }

    private CellRun open(Cell cell, String name) throws IOException {
        lock.lock();
        try {
            if (ending) {
                throw new InterruptedIOException("ended by a signal");
            }
            up = Optional.of(name);
            return CellRun.open(cell, name, options);
        } finally {
            lock.unlock();
        }
    }

    /** At the end, also by a signal: no laboratory and no process in it stays behind. Taking down twice does no harm. */
    private void takeDown() {
        lock.lock();
        try {
            ending = true;
            if (up.isPresent()) {
                NatLab.down(options.natlab(), up.get());
            }
        } catch (IOException e) {
            System.err.println("interop/run nat: the laboratory " + up.orElse("") + " stays behind: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private static void write(Optional<Path> file, String text) throws IOException {
        if (file.isPresent()) {
            Files.writeString(file.get(), text);
        }
    }
}
