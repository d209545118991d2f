package dev.posthouse.interop.transfers;

import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;

/** Which part of the cells runs and how often, as {@code interop/run transfers} was told; and the seed of what is random. */
final class Plan {

    private static final boolean ALL = "1".equals(variable("TRANSFERS_ALL", "0"));

    private static final Pattern ONLY = Pattern.compile(variable("TRANSFERS_ONLY", ""));

    private static final long SEED =
            Long.parseLong(variable("TRANSFERS_SEED", Long.toString(new Random().nextInt(1_000_000))));

    private Plan() {}

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    /** How often a cell runs: {@code many} times with {@code --all}, else {@code few} times. */
    static int times(int few, int many) {
        return ALL ? many : few;
    }

    /** Whether a cell of this name runs. */
    static boolean has(String cell) {
        return ONLY.matcher(cell).find();
    }

    /** The seed of one run, which {@code --seed} gives again. */
    static long seed(String cell, int run) {
        return SEED * 1_000_003L + Objects.hash(cell, run);
    }

    /** For messages. */
    static String told() {
        return (ALL ? "--all " : "") + "--seed " + SEED;
    }
}
