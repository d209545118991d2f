package dev.posthouse.cli.arguments;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times on the command line: 500ms, 2s, 1.5s, 3m, 1h. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)");

    private Durations() {}

    /** The same, or zero for {@code off}. */
    public static Duration parseOrOff(String option, String text) {
        return text.equals("off") ? Duration.ZERO : parse(option, text);
    }

    /** @throws IllegalArgumentException that names {@code option} and the form */
    public static Duration parse(String option, String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(option + " takes a time like 500ms, 2s, 3m or 1h, not '" + text + "'");
        }
        double unit =
                switch (matcher.group(2)) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unit));
    }
}
