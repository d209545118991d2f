package dev.posthouse.interop.nat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the command line asks for.
 *
 * @param all every pair of every cell, not only those that the expectations mark
 * @param cold whether our peers' processes make their first try as they come, with no class of the client loaded
 * @param tries of each pair in each cell
 * @param only cells, or cells with a pair behind a blank, in which this is found
 * @param json where to write every try
 * @param markdown where to write the table
 * @param work an existing directory for what the processes say
 * @param natlab the laboratory's program
 * @param expectations the file
 * @param rdvpeer the original
 */
record Options(
        boolean all,
        boolean cold,
        int tries,
        Pattern only,
        Optional<Path> json,
        Optional<Path> markdown,
        Path work,
        Path natlab,
        Path expectations,
        Path rdvpeer) {

    /** Enough to see a route that comes about now and then, few enough for a build. */
    private static final int DEFAULT_TRIES = 3;

    /** A thousand tries of all cells take days. */
    private static final int MOST_TRIES = 1000;

    /** @throws IllegalArgumentException if something is not understood; says what would be */
    static Options parse(List<String> arguments) {
        return new Parser(new ArrayDeque<>(arguments)).parse();
    }

    /** Takes arguments one by one; one use. */
    private static final class Parser {
        private final Deque<String> arguments;
        private boolean all;
        private boolean cold;
        private int tries = DEFAULT_TRIES;
        private Pattern only = Pattern.compile("");
        private Optional<Path> json = Optional.empty();
        private Optional<Path> markdown = Optional.empty();
        private Optional<Path> work = Optional.empty();
        private Optional<Path> natlab = Optional.empty();
        private Optional<Path> expectations = Optional.empty();
        private Optional<Path> rdvpeer = Optional.empty();

        Parser(Deque<String> arguments) {
            this.arguments = arguments;
        }

        Options parse() {
            while (!arguments.isEmpty()) {
                take(arguments.removeFirst());
            }
            return new Options(
                    all,
                    cold,
                    tries,
                    only,
                    json,
                    markdown,
                    needed("--work", work),
                    needed("--natlab", natlab),
                    needed("--expectations", expectations),
                    needed("--rdvpeer", rdvpeer));
        }

        private void take(String option) {
            switch (option) {
                case "--all" -> all = true;
                case "--cold" -> cold = true;
                case "--tries" -> tries = number(option);
                case "--only" -> only = pattern(option);
                case "--json" -> json = Optional.of(path(option));
                case "--markdown" -> markdown = Optional.of(path(option));
                case "--work" -> work = Optional.of(path(option));
                case "--natlab" -> natlab = Optional.of(path(option));
                case "--expectations" -> expectations = Optional.of(path(option));
                case "--rdvpeer" -> rdvpeer = Optional.of(path(option));
                default ->
                    throw new IllegalArgumentException("unknown option " + option
                            + "; there are --all, --cold, --tries, --only, --json and --markdown");
            }
        }

        private String value(String option) {
            if (arguments.isEmpty()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            return arguments.removeFirst();
        }

        private Path path(String option) {
            return Path.of(value(option));
        }

        private int number(String option) {
            String text = value(option);
            try {
                int number = Integer.parseInt(text);
                if (number >= 1 && number <= MOST_TRIES) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below, with what would be right.
            }
            throw new IllegalArgumentException(
                    option + " takes a whole number from 1 to " + MOST_TRIES + ", not " + text);
        }

        private Pattern pattern(String option) {
            String text = value(option);
            try {
                return Pattern.compile(text);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(option + " takes a regular expression: " + e.getMessage(), e);
            }
        }

        private static Path needed(String option, Optional<Path> value) {
            return value.orElseThrow(
                    () -> new IllegalArgumentException(option + " is missing; start this through interop/run nat"));
        }
    }
}
