package dev.posthouse.daemon.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.posthouse.daemon.configuration.LogFormat;
import dev.posthouse.daemon.json.Json;
import dev.posthouse.net.ShownText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * Draws what was logged as text. What comes from peers cannot break out of its line or its field: in text everything that
 * is not plain is quoted, and the lines of a stack trace, whose messages may repeat a peer's words, are indented. Immutable.
 */
final class LineFormat {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final LogFormat format;

    LineFormat(LogFormat format) {
        this.format = format;
    }

    /** One entry, without a line feed at its end; in text, a fault has its stack trace on further lines. */
    String draw(ILoggingEvent entry) {
        boolean event = entry.getLoggerName().equals(DaemonLog.EVENTS);
        Optional<IThrowableProxy> fault = Optional.ofNullable(entry.getThrowableProxy());
        return switch (format) {
            case JSON -> json(entry, event, fault);
            case TEXT -> text(entry, event, fault);
        };
    }

    /** The line that stands for lines that were lost. */
    String lost(long lines) {
        String message = lines + " lines of the log are missing here: they came faster than they could be written";
        return switch (format) {
            case JSON -> Json.write(head("log", Instant.now(), "warn", Map.of("message", message)));
            case TEXT -> TIME.format(Instant.now()) + " WARN  " + message;
        };
    }

    private static Map<String, Object> head(String event, Instant time, String level, Map<String, Object> fields) {
        var all = new LinkedHashMap<String, Object>();
        all.put("event", event);
        all.put("time", TIME.format(time));
        all.put("level", level);
        all.putAll(fields);
        return all;
    }

    private static String json(ILoggingEvent entry, boolean event, Optional<IThrowableProxy> fault) {
        var fields = new LinkedHashMap<String, Object>();
        pairs(entry).forEach(pair -> fields.put(pair.key, Optional.ofNullable(pair.value)));
        if (!event) {
            fields.put("message", entry.getFormattedMessage());
            if (!entry.getLoggerName().equals(DaemonLog.NOTES)) {
                fields.put("logger", entry.getLoggerName());
            }
        }
        fault.ifPresent(thrown -> {
            fields.put("error", describe(thrown));
            fields.put("stack", ThrowableProxyUtil.asString(thrown));
        });
        String level = entry.getLevel().toString().toLowerCase(Locale.ROOT);
        return Json.write(head(event ? entry.getMessage() : "log", entry.getInstant(), level, fields));
    }

    private static String text(ILoggingEvent entry, boolean event, Optional<IThrowableProxy> fault) {
        var out = new StringBuilder(TIME.format(entry.getInstant()))
                .append(' ')
                .append(String.format("%-5s", entry.getLevel()))
                .append(' ')
                .append(ShownText.line(event ? entry.getMessage() : entry.getFormattedMessage()));
        pairs(entry)
                .forEach(pair ->
                        out.append(' ').append(pair.key).append('=').append(plainOrQuoted(String.valueOf(pair.value))));
        fault.ifPresent(thrown -> out.append(" error=")
                .append(plainOrQuoted(describe(thrown)))
                .append('\n')
                .append(ShownText.lines(
                        "\t" + ThrowableProxyUtil.asString(thrown).stripTrailing())));
        return out.toString();
    }

    private static List<KeyValuePair> pairs(ILoggingEvent entry) {
        List<KeyValuePair> pairs = entry.getKeyValuePairs();
        return pairs == null ? List.of() : pairs;
    }

    private static String describe(IThrowableProxy thrown) {
        return thrown.getMessage() == null ? thrown.getClassName() : thrown.getClassName() + ": " + thrown.getMessage();
    }

    private static String plainOrQuoted(String value) {
        boolean plain = !value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
        return plain ? value : Json.write(value);
    }
}
