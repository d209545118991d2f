package dev.posthouse.bench.report;

import dev.posthouse.bench.measure.Figure;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes conditions and rows as JSON, a line for each row. */
final class Json {
    private Json() {}

    static String of(List<String> conditions, List<Row> rows) {
        return "{\"conditions\":[" + conditions.stream().map(Json::string).collect(Collectors.joining(","))
                + "],\n\"rows\":[\n" + rows.stream().map(Json::row).collect(Collectors.joining(",\n")) + "\n]}\n";
    }

    private static String row(Row row) {
        return "{\"round\":" + row.round() + ",\"measure\":" + string(row.measure()) + ",\"contestant\":"
                + string(row.contestant())
                + row.failure().map(why -> ",\"failure\":" + string(why)).orElse("")
                + ",\"figures\":{" + row.figures().stream().map(Json::figure).collect(Collectors.joining(",")) + "}}";
    }

    private static String figure(Figure figure) {
        return string(figure.metric().key()) + ":" + String.format(Locale.ROOT, "%.6g", figure.value());
    }

    static String string(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
