package dev.posthouse.daemon.configuration;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that somebody probably meant. */
public final class NearestName {

    /** So many edits are always near, and of a long name one in so many characters. */
    private static final int LEAST_NEAR = 2;

    private static final int PART_NEAR = 3;

    private NearestName() {}

    /**
     * The nearest of the known names, by edits; a name that is right but for its section counts as near.
     *
     * @param separator between a name's section and the rest
     */
    public static String of(String unknown, Collection<String> known, String separator) {
        return known.stream()
                .min(Comparator.comparingInt(name -> distance(unknown, name, separator)))
                .orElseThrow();
    }

    /** What to ask whoever wrote it: {@code "; did you mean x?"}; empty if nothing that is known is near. */
    static String question(String unknown, Collection<String> known, String separator) {
        String nearest = of(unknown, known, separator);
        boolean near = distance(unknown, nearest, separator) <= Math.max(LEAST_NEAR, unknown.length() / PART_NEAR);
        return near ? "; did you mean " + nearest + "?" : "";
    }

    private static int distance(String unknown, String name, String separator) {
        return Math.min(edits(unknown, name), 1 + edits(last(unknown, separator), last(name, separator)));
    }

    private static String last(String name, String separator) {
        return name.substring(name.lastIndexOf(separator) + 1);
    }

    /** Insertions, deletions and replacements from one to the other (Levenshtein). */
    public static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
