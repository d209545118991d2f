package dev.posthouse.bench.report;

import java.util.List;

/**
 * The middle and the range of some values.
 *
 * @param median of an even number of values the mean of the middle two
 * @param min the least
 * @param max the greatest
 */
record Spread(double median, double min, double max) {

    /** @throws IllegalArgumentException if there are no values */
    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a spread needs at least one value");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }
}
