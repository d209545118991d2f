package dev.posthouse.daemon;

import ch.qos.logback.classic.LoggerContext;
import dev.posthouse.daemon.configuration.Configuration;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A process that is a daemon: SIGTERM and SIGINT drain it, a second one ends it at once, SIGHUP reloads.
 *
 * <p>Changes the process for good: its signals and its logging. For one call in a process.
 */
public final class DaemonProcess {

    /** What the daemon could not start exits with; the log says why. */
    public static final int CANNOT_START = 1;

    private DaemonProcess() {}

    /**
     * Runs a daemon until it ends.
     *
     * @param configuration to start with
     * @param sink gets each line of the log, without a line feed, on a thread of the log; flushed by the caller's sink
     *     itself
     * @return the exit code: {@link #CANNOT_START}, or that of the {@link Ending}. A second signal ends the process from
     *     within, with that of {@link Ending#AT_ONCE}
     */
    public static int run(Configuration configuration, Consumer<String> sink) {
        try (Daemon daemon = Daemon.start(configuration, sink)) {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext ofTheProcess) {
                daemon.log().takeOver(ofTheProcess);
            }
            handle(daemon, "TERM", "only SIGINT drains it", () -> stop(daemon));
            handle(daemon, "INT", "SIGTERM drains it", () -> stop(daemon));
            handle(daemon, "HUP", "a changed configuration needs a restart", daemon::reload);
            daemon.log().event(Level.INFO, "ready", Map.of("version", Daemon.version()));
            return daemon.awaitEnd().exitCode();
        } catch (IOException e) {
            // The log has said it.
            return CANNOT_START;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Ending.AT_ONCE.exitCode();
        }
    }

    private static void handle(Daemon daemon, String signal, String means, Runnable action) {
        switch (Signals.handle(signal, action)) {
            case HANDLED -> {}
            case IGNORED ->
                daemon.log()
                        .note(
                                Level.WARN,
                                "SIG" + signal
                                        + " is ignored, as whoever started this process set it (nohup, or a shell's &): "
                                        + means);
            case IMPOSSIBLE ->
                daemon.log().note(Level.WARN, "SIG" + signal + " cannot be handled here; it does what the system does");
        }
    }

    private static void stop(Daemon daemon) {
        if (!daemon.stop()) {
            daemon.log().note(Level.WARN, "second signal: ending at once");
            daemon.log().close();
            // Not exit: nothing that is stuck may keep the process from ending. The system resets the connections.
            Runtime.getRuntime().halt(Ending.AT_ONCE.exitCode());
        }
    }
}
