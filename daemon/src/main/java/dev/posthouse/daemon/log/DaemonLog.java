package dev.posthouse.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.posthouse.daemon.configuration.LogFormat;
import dev.posthouse.daemon.configuration.LogLevel;
import dev.posthouse.relay.event.RelayListener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The log of one daemon: a logging context of its own, so that several daemons in one process do not know each other, set
 * up in code, which starts faster than a file. Any thread; never blocks.
 */
public final class DaemonLog implements AutoCloseable {

    /** The logger of events: messages are event names. */
    static final String EVENTS = "dev.posthouse.event";

    /** The logger of the daemon's own sentences. */
    static final String NOTES = "dev.posthouse.daemon";

    /** Hands what passed the level on to the writer. */
    private static final class WriterAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final LineFormat format;
        private final LineWriter writer;

        WriterAppender(LineFormat format, LineWriter writer) {
            this.format = format;
            this.writer = writer;
        }

        @Override
        protected void append(ILoggingEvent entry) {
            writer.write(format.draw(entry));
        }
    }

    private final LineFormat format;
    private final LineWriter writer;
    private final LoggerContext context;
    private final Logger events;
    private final Logger notes;

    /**
     * Opens a log.
     *
     * @param sink gets each line, without a line feed, on a thread of the log
     */
    public DaemonLog(LogLevel level, LogFormat format, Consumer<String> sink) {
        this.format = new LineFormat(format);
        this.writer = new LineWriter(sink, this.format::lost);
        this.context = new LoggerContext();
        context.setName("posthouse");
        context.setMDCAdapter(new LogbackMDCAdapter());
        attach(context);
        context.start();
        level(level);
        this.events = context.getLogger(EVENTS);
        this.notes = context.getLogger(NOTES);
    }

    private void attach(LoggerContext to) {
        var appender = new WriterAppender(format, writer);
        appender.setContext(to);
        appender.start();
        to.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    /** Takes the process's own logging context over, so that what libraries say comes out here, from warnings on. */
    public void takeOver(LoggerContext ofTheProcess) {
        ofTheProcess.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAndStopAllAppenders();
        attach(ofTheProcess);
    }

    /** Changes how much is said. */
    public void level(LogLevel level) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.valueOf(level.name()));
    }

    /** Writes the relay's events. */
    public RelayListener listener() {
        return event -> write(EventLine.of(event));
    }

    /** Writes an event of the daemon itself. */
    public void event(org.slf4j.event.Level level, String name, Map<String, Object> fields) {
        write(new EventLine(level, name, new LinkedHashMap<>(fields), Optional.empty()));
    }

    /** Writes a sentence. */
    public void note(org.slf4j.event.Level level, String sentence) {
        notes.atLevel(level).log(sentence);
    }

    /** Writes that something of ours went wrong. */
    public void fault(String doing, Throwable cause) {
        write(new EventLine(org.slf4j.event.Level.ERROR, "fault", Map.of("doing", doing), Optional.of(cause)));
    }

    private void write(EventLine line) {
        LoggingEventBuilder entry = events.atLevel(line.level());
        for (Map.Entry<String, Object> field : line.fields().entrySet()) {
            entry = entry.addKeyValue(field.getKey(), field.getValue());
        }
        if (line.fault().isPresent()) {
            entry = entry.setCause(line.fault().get());
        }
        entry.log(line.name());
    }

    /** Writes what is left, for a second at most, and how much that was not enough for, and closes. */
    @Override
    public void close() {
        context.stop();
        writer.close();
    }
}
