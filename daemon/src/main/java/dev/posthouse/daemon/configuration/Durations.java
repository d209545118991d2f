package dev.posthouse.daemon.configuration;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them: {@code 500ms}, {@code 30s}, {@code 1h30m}. */
final class Durations {

    /** A longer one is a mistake in a unit; and its nanoseconds would come near to what a long holds. */
    private static final Duration LONGEST = Duration.ofDays(366);

    private static final Pattern PART = Pattern.compile("\\G(\\d{1,12})(ms|s|m|h|d)");

    private Durations() {}

    static Duration parsePositive(String text) {
        Duration value = parse(text);
        if (value.isZero()) {
            throw wrong(text);
        }
        return value;
    }

    static Duration parse(String text) {
        Matcher matcher = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (matcher.find()) {
            sum = sum.plus(part(Long.parseLong(matcher.group(1)), matcher.group(2)));
            end = matcher.end();
        }
        if (end == 0 || end != text.length() || sum.compareTo(LONGEST) > 0) {
            throw wrong(text);
        }
        return sum;
    }

    private static Duration part(long number, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("right is a time with its unit, such as 500ms, 30s, 2m, 1h or 1d, at most "
                + LONGEST.toDays() + "d, not \"" + text + "\"");
    }

    /** The shortest text that {@link #parse} reads as the same, to a millisecond. */
    static String format(Duration value) {
        if (value.isZero()) {
            return "0s";
        }
        var out = new StringBuilder();
        append(out, value.toDaysPart(), "d");
        append(out, value.toHoursPart(), "h");
        append(out, value.toMinutesPart(), "m");
        append(out, value.toSecondsPart(), "s");
        append(out, value.toMillisPart(), "ms");
        return out.toString();
    }

    private static void append(StringBuilder out, long number, String unit) {
        if (number > 0) {
            out.append(number).append(unit);
        }
    }
}
