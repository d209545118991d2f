package dev.posthouse.bench.transfer;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param rounds of both
 * @param small GiB of the transfer that is taken off
 * @param large GiB of the transfer that it is taken off from
 * @param work for what is written meanwhile
 * @param posthouse the launcher
 */
record TransferOptions(int rounds, int small, int large, Path work, Path posthouse) {

    private static final int MOST = 100;

    /** On a busy machine the JVM still compiles after 2 GiB. */
    private static final int SMALL = 4;

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException if something is not understood; says what would be
     */
    static TransferOptions parse(List<String> arguments) {
        var left = new ArrayDeque<>(arguments);
        int rounds = 5;
        int large = 12;
        Path work = Path.of(System.getProperty("java.io.tmpdir"));
        Path posthouse = Path.of("posthouse");
        while (!left.isEmpty()) {
            String option = left.removeFirst();
            switch (option) {
                case "--quick" -> {
                    rounds = 1;
                    large = SMALL + 1;
                }
                case "--rounds" -> rounds = number(option, left, 1);
                case "--gib" -> large = number(option, left, SMALL + 1);
                case "--work" -> work = Path.of(value(option, left));
                case "--posthouse" -> posthouse = Path.of(value(option, left));
                default ->
                    throw new IllegalArgumentException(
                            "unknown option " + option + "; there are --rounds, --gib and --quick");
            }
        }
        return new TransferOptions(rounds, SMALL, large, work, posthouse);
    }

    private static String value(String option, ArrayDeque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.removeFirst();
    }

    private static int number(String option, ArrayDeque<String> left, int least) {
        String text = value(option, left);
        if (text.matches("[0-9]{1,3}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= MOST) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(
                option + " takes a whole number from " + least + " to " + MOST + ", not " + text);
    }
}
