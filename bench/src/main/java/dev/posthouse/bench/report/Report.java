package dev.posthouse.bench.report;

import dev.posthouse.bench.measure.Measure;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers rows and prints them: each as it comes, and the medians at the end. Main thread only. */
public final class Report {
    private final PrintStream out;
    private final List<String> conditions;
    private final List<String> contestants;
    private final List<Row> rows = new ArrayList<>();

    /**
     * @param conditions under which all of it was measured, one a line
     * @param contestants in the order of the tables
     */
    public Report(PrintStream out, List<String> conditions, List<String> contestants) {
        this.out = out;
        this.conditions = List.copyOf(conditions);
        this.contestants = List.copyOf(contestants);
        conditions.forEach(out::println);
    }

    /** Prints a row and keeps it for the medians. */
    public void add(Row row) {
        rows.add(row);
        out.println(row.line());
    }

    /** Whether every row came out. */
    public boolean isWhole() {
        return rows.stream().allMatch(row -> row.failure().isEmpty());
    }

    /** Prints the medians of all rows so far, a table for each measure. */
    public void printMedians(List<? extends Measure<?>> measures) {
        List<Row> ordered = rows.stream()
                .sorted(Comparator.comparingInt((Row row) -> contestants.indexOf(row.contestant())))
                .toList();
        for (Measure<?> measure : measures) {
            List<String> lines = new Table(measure.name(), measure.metrics(), ordered).lines();
            if (!lines.isEmpty()) {
                out.println();
                out.println(measure.about() + " Median (min–max).");
                out.println();
                lines.forEach(out::println);
            }
        }
    }

    /** Conditions and all rows as one JSON object. */
    public String json() {
        return Json.of(conditions, rows);
    }
}
