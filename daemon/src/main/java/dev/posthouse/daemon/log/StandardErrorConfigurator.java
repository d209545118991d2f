package dev.posthouse.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.posthouse.daemon.configuration.LogFormat;

/**
 * How the process's own logging context begins: warnings on standard error, since standard output is for data. Logback
 * finds it as a service and then looks for no file.
 */
public final class StandardErrorConfigurator extends ContextAwareBase implements Configurator {

    /** Writes where it is called; for the few lines before a {@link DaemonLog} takes over, or of a short command. */
    private static final class Direct extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final LineFormat format = new LineFormat(LogFormat.TEXT);

        @Override
        protected void append(ILoggingEvent entry) {
            System.err.println(format.draw(entry));
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var appender = new Direct();
        appender.setContext(context);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
