package dev.posthouse.bench.report;

import dev.posthouse.bench.measure.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One measure over all rounds as a table in Markdown: a line for each contestant, in each cell median (min–max). */
final class Table {
    private static final String NOTHING = "–";

    private final String measure;
    private final List<Metric> metrics;
    private final List<Row> rows;

    /** @param rows of any measure; those of {@code measure} count */
    Table(String measure, List<Metric> metrics, List<Row> rows) {
        this.measure = measure;
        this.rows = rows.stream().filter(row -> row.measure().equals(measure)).toList();
        this.metrics = metrics.stream()
                .filter(metric -> this.rows.stream().anyMatch(row -> holds(row, metric)))
                .toList();
    }

    /** The lines of the table; no line if nothing was measured. */
    List<String> lines() {
        if (metrics.isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add("| " + measure + " | "
                + String.join(" | ", metrics.stream().map(Metric::title).toList()) + " |");
        lines.add("|---".repeat(metrics.size() + 1) + "|");
        for (String contestant : rows.stream().map(Row::contestant).distinct().toList()) {
            var line = new StringBuilder("| ").append(contestant);
            for (Metric metric : metrics) {
                line.append(" | ")
                        .append(spread(contestant, metric)
                                .map(s -> text(s, metric))
                                .orElse(NOTHING));
            }
            lines.add(line.append(" |").toString());
        }
        return lines;
    }

    /** Over the rounds that did not fail; empty if the measure says nothing about this contestant. */
    Optional<Spread> spread(String contestant, Metric metric) {
        List<Double> values = rows.stream()
                .filter(row -> row.contestant().equals(contestant))
                .flatMap(row -> row.figures().stream())
                .filter(figure -> figure.metric().equals(metric))
                .map(figure -> figure.value())
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    private static String text(Spread spread, Metric metric) {
        String median = number(spread.median(), metric);
        return spread.min() == spread.max()
                ? median
                : median + " (" + number(spread.min(), metric) + "–" + number(spread.max(), metric) + ")";
    }

    static String number(double value, Metric metric) {
        return String.format(Locale.ROOT, "%." + metric.decimals() + "f", value);
    }

    private static boolean holds(Row row, Metric metric) {
        return row.figures().stream().anyMatch(figure -> figure.metric().equals(metric));
    }
}
