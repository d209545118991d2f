package dev.posthouse.interop.transfers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Runs cells, two at a time: most of a cell is the start of its processes and waits, and JUnit's own parallelism is sized
 * for tests that only wait. The workers run ahead; JUnit's thread collects.
 */
final class Cells {

    private static final int WORKERS = 2;

    private Cells() {}

    /** Several runs of the same. */
    interface Cell {
        /** What it is called, in the table and to {@code --only}. */
        String name();

        int runs();

        /**
         * One run.
         *
         * @param seed of all that is random in it
         * @return what came of it, in a few words: runs with the same are counted together
         * @throws AssertionError if that is not what must be
         */
        String run(long seed) throws Exception;
    }

    /** Starts those that the plan has, for a parameterised test that calls {@link #collect}. */
    static Stream<Arguments> started(List<? extends Cell> cells) {
        say("running with " + Plan.told());
        // Daemons: a stuck one must not keep the test process.
        ExecutorService workers = Executors.newFixedThreadPool(
                WORKERS, Thread.ofPlatform().daemon().name("cell-", 0).factory());
        List<Arguments> running = new ArrayList<>();
        for (Cell cell : cells) {
            if (Plan.has(cell.name())) {
                Future<?> future = workers.submit(() -> runAll(cell));
                running.add(Arguments.of(Named.of(cell.name(), future)));
            }
        }
        workers.shutdown();
        return running.stream();
    }

    /** Waits for a cell; throws what failed in it. */
    static void collect(Future<?> cell) throws Exception {
        try {
            cell.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error failed) {
                throw failed;
            }
            throw e;
        } catch (CancellationException e) {
            throw new AssertionError("it was given up", e);
        }
    }

    private static void runAll(Cell cell) {
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        long started = System.nanoTime();
        for (int run = 0; run < cell.runs(); run++) {
            long seed = Plan.seed(cell.name(), run);
            String outcome;
            try {
                outcome = cell.run(seed);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException();
            } catch (Exception | AssertionError e) {
                outcome = "WRONG: " + firstLine(e);
                failures.add("run " + run + " (" + Plan.told() + "): " + message(e));
            }
            outcomes.merge(outcome, 1, Integer::sum);
        }
        List<String> counted = new ArrayList<>();
        outcomes.forEach((outcome, count) -> counted.add(cell.runs() == 1 ? outcome : count + " × " + outcome));
        say("%-7s %s: %s (%d ms)"
                .formatted(
                        failures.isEmpty() ? "ok" : "FAILED",
                        cell.name(),
                        String.join("; ", counted),
                        (System.nanoTime() - started) / 1_000_000));
        if (!failures.isEmpty()) {
            throw new AssertionError(cell.name() + ": " + failures.size() + " of " + cell.runs() + " runs failed\n"
                    + String.join("\n\n", failures));
        }
    }

    private static String message(Throwable failure) {
        if (failure instanceof AssertionError) {
            return failure.getMessage() + causes(failure.getCause());
        }
        return failure + " at " + Stream.of(failure.getStackTrace()).limit(5).toList() + causes(failure.getCause());
    }

    private static String causes(@Nullable Throwable cause) {
        return cause == null ? "" : "\nbecause " + cause;
    }

    private static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.toString()
                : message.lines().filter(line -> !line.isBlank()).findFirst().orElse(failure.toString());
    }

    /** A line for whoever watches; the test runner passes it on. */
    @SuppressWarnings("SystemOut")
    private static void say(String line) {
        System.out.println(line);
    }
}
