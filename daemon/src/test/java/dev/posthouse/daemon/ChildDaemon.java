package dev.posthouse.daemon;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ConfigurationError;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The main class of a child process: a daemon with the configuration file that is its argument. */
final class ChildDaemon {

    private ChildDaemon() {}

    public static void main(String[] arguments) throws ConfigurationError {
        Configuration configuration = Configuration.load(Optional.of(Path.of(arguments[0])), Map.of(), Map.of());
        System.exit(DaemonProcess.run(configuration, System.err::println));
    }
}
