package dev.posthouse.daemon.configuration;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 65536}, {@code 10M} (millions), {@code 64MiB} (powers of 1024). */
final class Bytes {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,19})([KMGT]?)(i?)B?");
    private static final String UNITS = "KMGT";

    private Bytes() {}

    static long parse(String text, long largest) {
        Matcher matcher = TEXT.matcher(text);
        if (matcher.matches()) {
            try {
                boolean binary = !matcher.group(3).isEmpty();
                String unit = matcher.group(2);
                long value = Math.multiplyExact(
                        Long.parseLong(matcher.group(1)), unit.isEmpty() ? 1 : factor(UNITS.indexOf(unit), binary));
                if (value > 0 && value <= largest && !(binary && unit.isEmpty())) {
                    return value;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                // too large, which is said below
            }
        }
        throw new IllegalArgumentException(
                "right is a number of bytes such as 65536, 10M (millions) or 64MiB (powers of 1024), at most "
                        + format(largest) + ", not \"" + text + "\"");
    }

    private static long factor(int unit, boolean binary) {
        long factor = 1;
        for (int i = 0; i <= unit; i++) {
            factor *= binary ? 1_024 : 1_000;
        }
        return factor;
    }

    /** With the largest unit that leaves a whole number. */
    static String format(long value) {
        for (int unit = UNITS.length() - 1; unit >= 0 && value > 0; unit--) {
            if (value % factor(unit, true) == 0) {
                return value / factor(unit, true) + UNITS.substring(unit, unit + 1) + "iB";
            }
            if (value % factor(unit, false) == 0) {
                return value / factor(unit, false) + UNITS.substring(unit, unit + 1);
            }
        }
        return Long.toString(value);
    }
}
