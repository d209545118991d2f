package dev.posthouse.interop.nat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes tallies for people, for a page, and for programs. */
final class Table {

    private static final List<String> HEADINGS = List.of(
            "cell",
            "pair",
            "expected",
            "direct",
            "relayed",
            "failed",
            "tries",
            "connect ms, median (min-max)",
            "choice ms",
            "verdict");

    private static final List<Integer> WIDTHS = List.of(27, 12, 9, 6, 7, 6, 5, 28, 9, 7);

    private Table() {}

    /** The headings, as {@link #line} lays them out. */
    static String heading() {
        return padded(HEADINGS);
    }

    /** One row, padded. */
    static String line(Tally tally) {
        return padded(columns(tally));
    }

    private static String padded(List<String> columns) {
        var line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            line.append(columns.get(i))
                    .repeat(" ", Math.max(0, WIDTHS.get(i) - columns.get(i).length()));
            line.append("  ");
        }
        return line.toString().stripTrailing();
    }

    /** All rows as a Markdown table. */
    static String markdown(List<Tally> tallies) {
        var lines = new ArrayList<String>();
        lines.add(bars(HEADINGS));
        lines.add(bars(HEADINGS.stream().map(heading -> "---").toList()));
        tallies.forEach(tally -> lines.add(bars(columns(tally))));
        return String.join("\n", lines) + "\n";
    }

    private static String bars(List<String> columns) {
        return columns.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static List<String> columns(Tally tally) {
        long panicked = tally.count(Try.Result.GO_PANICKED);
        String failed = tally.count(Try.Result.FAILED) + (panicked == 0 ? "" : "+" + panicked + " go");
        return List.of(
                tally.cell().name(),
                tally.pair().label(),
                tally.expected().word(),
                String.valueOf(tally.count(Try.Result.DIRECT)),
                String.valueOf(tally.count(Try.Result.RELAYED)),
                failed,
                String.valueOf(tally.tries().size()),
                spread(tally.connectMillis()),
                median(tally.choiceMillis()),
                tally.passed() ? "ok" : "NOT OK");
    }

    private static String spread(List<Long> sorted) {
        return sorted.isEmpty() ? "-" : median(sorted) + " (" + sorted.getFirst() + "-" + sorted.getLast() + ")";
    }

    private static String median(List<Long> sorted) {
        if (sorted.isEmpty()) {
            return "-";
        }
        int middle = sorted.size() / 2;
        long median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return String.valueOf(median);
    }

    /** Everything, each try as both ends told it. */
    static String json(List<Tally> tallies) {
        Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        var rows = new JsonArray();
        for (Tally tally : tallies) {
            var row = new JsonObject();
            row.addProperty("cell", tally.cell().name());
            row.addProperty("topology", tally.cell().topology());
            row.addProperty(
                    "conditions",
                    tally.cell().conditions().stream()
                            .map(Cell.Condition::toString)
                            .collect(Collectors.joining(", ")));
            row.addProperty("pair", tally.pair().label());
            row.addProperty("expected", tally.expected().word());
            row.addProperty("passed", tally.passed());
            row.add("complaints", gson.toJsonTree(tally.complaints()));
            var tries = new JsonArray();
            for (Try one : tally.tries()) {
                var ends = new JsonObject();
                ends.add("dialer", JsonParser.parseString(one.dialer().toJson()));
                ends.add("acceptor", JsonParser.parseString(one.acceptor().toJson()));
                tries.add(ends);
            }
            row.add("tries", tries);
            rows.add(row);
        }
        return gson.toJson(rows) + "\n";
    }
}
