package dev.posthouse.bench;

import dev.posthouse.bench.contestant.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rounds of every measure
 * @param window of a throughput load
 * @param shortWindow of every other load
 * @param starts of each contestant in a round
 * @param pairsLow lower number of idle pairs for the slope of memory
 * @param pairsHigh higher number
 * @param only names of contestants; empty: all that can run here
 * @param measures names
 * @param json where to write all rows
 * @param workingDirectory for what is written meanwhile
 * @param programs what the script has found
 */
record Options(
        int rounds,
        Duration window,
        Duration shortWindow,
        int starts,
        int pairsLow,
        int pairsHigh,
        List<String> only,
        List<String> measures,
        Optional<Path> json,
        Path workingDirectory,
        Programs programs) {

    /** A day of measuring helps nobody. */
    private static final int MOST_ROUNDS = 100;

    private static final int MOST_SECONDS = 60;

    /** The longest that every other load takes beside throughput, even if that gets more. */
    private static final int MOST_SHORT_SECONDS = 3;

    private static final String THROUGHPUT = "throughput";

    /**
     * Reads the arguments behind the suite's name.
     *
     * @throws IllegalArgumentException if something is not understood; says what would be
     */
    static Options parse(Suite<?> suite, List<String> arguments) {
        return new Parser(suite, new ArrayDeque<>(arguments)).parse();
    }

    /** Takes arguments one by one; one use. */
    private static final class Parser {
        private final Suite<?> suite;
        private final Deque<String> arguments;
        private Optional<Integer> rounds = Optional.empty();
        private Optional<Integer> seconds = Optional.empty();
        private boolean quick;
        private List<String> only = List.of();
        private List<String> measures;
        private Optional<Path> json = Optional.empty();
        private Path workingDirectory = Path.of(System.getProperty("java.io.tmpdir"));
        private Optional<Path> posthouse = Optional.empty();
        private Optional<Path> haproxy = Optional.empty();
        private Optional<Path> goCopy = Optional.empty();
        private Optional<Path> rdvGo = Optional.empty();
        private Optional<Path> offsetGo = Optional.empty();

        Parser(Suite<?> suite, Deque<String> arguments) {
            this.suite = suite;
            this.measures = suite.measures();
            this.arguments = arguments;
        }

        Options parse() {
            while (!arguments.isEmpty()) {
                take(arguments.removeFirst());
            }
            Suite.Scale scale = suite.scale(quick);
            int windowSeconds = seconds.orElse(scale.seconds());
            boolean asGiven = seconds.isPresent() && !measures.contains(THROUGHPUT);
            return new Options(
                    rounds.orElse(scale.rounds()),
                    Duration.ofSeconds(windowSeconds),
                    Duration.ofSeconds(asGiven ? windowSeconds : Math.min(windowSeconds, MOST_SHORT_SECONDS)),
                    scale.starts(),
                    scale.pairsLow(),
                    scale.pairsHigh(),
                    only,
                    measures,
                    json,
                    workingDirectory,
                    new Programs(posthouse, haproxy, goCopy, rdvGo, offsetGo));
        }

        private void take(String option) {
            switch (option) {
                case "--rounds" -> rounds = Optional.of(number(option, MOST_ROUNDS));
                case "--seconds" -> seconds = Optional.of(number(option, MOST_SECONDS));
                case "--quick" -> quick = true;
                case "--only" -> only = names(option, suite.contestants());
                case "--measure" -> measures = names(option, suite.measures());
                case "--json" -> json = Optional.of(path(option));
                case "--work" -> workingDirectory = path(option);
                case "--posthouse" -> posthouse = Optional.of(path(option));
                case "--haproxy" -> haproxy = Optional.of(path(option));
                case "--go-copy" -> goCopy = Optional.of(path(option));
                case "--rdv-go" -> rdvGo = Optional.of(path(option));
                case "--offset-go" -> offsetGo = Optional.of(path(option));
                default ->
                    throw new IllegalArgumentException("unknown option " + option
                            + "; there are --rounds, --seconds, --only, --measure, --quick and --json");
            }
        }

        private String value(String option) {
            if (arguments.isEmpty()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            return arguments.removeFirst();
        }

        private int number(String option, int most) {
            String text = value(option);
            try {
                int number = Integer.parseInt(text);
                if (number >= 1 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below, with what would be right.
            }
            throw new IllegalArgumentException(option + " takes a whole number from 1 to " + most + ", not " + text);
        }

        private List<String> names(String option, List<String> known) {
            List<String> names = List.of(value(option).split(",", -1));
            for (String name : names) {
                if (!known.contains(name)) {
                    throw new IllegalArgumentException(
                            option + " takes some of " + String.join(",", known) + ", not '" + name + "'");
                }
            }
            return names;
        }

        private Path path(String option) {
            return Path.of(value(option));
        }
    }
}
