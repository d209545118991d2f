package dev.posthouse.net.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A point in time as HTTP writes it (RFC 9110 section 5.6.7). */
public final class HttpDate {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private HttpDate() {}

    /** The value of a {@code Date} header: to the second, rounded down. */
    public static String of(Instant time) {
        return FORM.format(time.atOffset(ZoneOffset.UTC));
    }
}
