package dev.posthouse.bench.report;

import dev.posthouse.bench.measure.Figure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one round of one measure found for one contestant.
 *
 * @param round from 1
 * @param measure its name
 * @param contestant its name
 * @param figures empty if it failed
 * @param failure why, if it failed
 */
public record Row(int round, String measure, String contestant, List<Figure> figures, Optional<String> failure) {

    /** One line for people. */
    public String line() {
        String found = failure.map(why -> "FAILED: " + why.replaceAll("\\s+", " "))
                .orElseGet(() -> figures.stream().map(Row::text).collect(Collectors.joining("  ")));
        return String.format(Locale.ROOT, "round %d  %-10s  %-9s  %s", round, measure, contestant, found);
    }

    private static String text(Figure figure) {
        return figure.metric().title() + " " + Table.number(figure.value(), figure.metric());
    }
}
