package dev.posthouse.daemon.configuration;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that somebody probably meant. */
public final class NearestName {

    private NearestName() {}

    /**
     * The nearest of the known names, by edits; a name that is right but for its section counts as near.
     *
     * @param separator between a name's section and the rest
     */
    public static String of(String unknown, Collection<String> known, String separator) {
        return known.stream()
                .min(Comparator.comparingInt(name ->
                        Math.min(edits(unknown, name), 1 + edits(last(unknown, separator), last(name, separator)))))
                .orElseThrow();
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
