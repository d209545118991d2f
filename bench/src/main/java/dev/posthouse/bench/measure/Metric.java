package dev.posthouse.bench.measure;

/**
 * One column of a table.
 *
 * @param key in JSON
 * @param title with its unit, at the head of a column
 * @param decimals that are worth printing
 */
public record Metric(String key, String title, int decimals) {

    /** A value of this metric. */
    public Figure of(double value) {
        return new Figure(this, value);
    }
}
