package dev.posthouse.interop.soak;

import java.util.List;
import java.util.Locale;

/**
 * Whether a figure that was taken again and again stays where it is. The first quarter of what was taken is warm-up and left out.
 * Of the rest, the median of the last third may be above that of the first third by a share of it and by a fixed amount; and if it is
 * above at all by more than half of that, the figures must not have risen steadily: of all pairs of an earlier and a later one, less
 * than nine tenths rise. A leak that is too slow for the first rule shows in the second.
 *
 * @param what the figure
 * @param share of the first third's median
 * @param slack in the figure's own unit, beside the share
 */
record Flatness(String what, double share, double slack) {

    /** With fewer figures behind the warm-up thirds say nothing. */
    static final int LEAST = 6;

    private static final double STEADY = 0.9;

    /** Whether there are enough figures to tell. */
    static boolean canTell(List<Double> figures) {
        return behindWarmUp(figures).size() >= LEAST;
    }

    private static List<Double> behindWarmUp(List<Double> figures) {
        return figures.subList((figures.size() + 3) / 4, figures.size());
    }

    /** @throws AssertionError if it is not flat */
    void check(List<Double> figures) {
        List<Double> settled = behindWarmUp(figures);
        double growth = last(settled) - first(settled);
        double allowed = first(settled) * share + slack;
        if (growth > allowed) {
            throw new AssertionError(said(settled) + ": it grew by more than " + number(allowed) + " " + figures);
        }
        if (growth > allowed / 2 && rising(settled) >= STEADY) {
            throw new AssertionError(said(settled) + ": it rose all the time " + figures);
        }
    }

    /** In one line. */
    String said(List<Double> figures) {
        List<Double> settled = canTell(figures) ? behindWarmUp(figures) : figures;
        return what + " " + number(first(settled)) + " in the first third, " + number(last(settled)) + " in the last; "
                + Math.round(100 * rising(settled)) + " % of pairs rise";
    }

    private static double first(List<Double> figures) {
        return median(figures.subList(0, Math.max(1, figures.size() / 3)));
    }

    private static double last(List<Double> figures) {
        return median(figures.subList(figures.size() - Math.max(1, figures.size() / 3), figures.size()));
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** The share of pairs of which the later one is larger. */
    private static double rising(List<Double> figures) {
        int pairs = 0;
        int rising = 0;
        for (int later = 1; later < figures.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                pairs++;
                rising += figures.get(later) > figures.get(earlier) ? 1 : 0;
            }
        }
        return pairs == 0 ? 0 : (double) rising / pairs;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
