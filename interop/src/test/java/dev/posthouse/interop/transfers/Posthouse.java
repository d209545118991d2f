package dev.posthouse.interop.transfers;

import dev.posthouse.interop.offset.Events;
import dev.posthouse.interop.process.Programs;
import dev.posthouse.interop.process.Tags;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line as people run it: the launcher in the root of the tree. */
final class Posthouse {

    private Posthouse() {}

    /** The root of the source tree. */
    static Path root() {
        return Path.of("..").toAbsolutePath().normalize();
    }

    /** The launcher. */
    static String program() {
        return Programs.launcher();
    }

    /** A command of the launcher's. */
    static List<String> command(String... arguments) {
        return command(List.of(arguments));
    }

    /** A command of the launcher's. */
    static List<String> command(List<String> arguments) {
        var command = new ArrayList<>(List.of(program()));
        command.addAll(arguments);
        return command;
    }

    /**
     * The same through a shell that first does with the standard streams what a person's shell would.
     *
     * @param script bash, in which {@code "$@"} is the command
     */
    static List<String> shell(String script, List<String> command) {
        var all = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        all.addAll(command);
        return all;
    }

    /** {@code serve} with these options, on a free port of 127.0.0.1 unless they name a configuration with another. */
    static Serving serve(Path directory, String... options) throws IOException {
        Path state = Files.createTempDirectory(directory, "state");
        var arguments = new ArrayList<>(List.of("serve", "--json", "--verbose", "--state", state.toString()));
        arguments.addAll(List.of(options));
        ChildProcess process = ChildProcess.of(command(arguments))
                .environment("POSTHOUSE_ADMIN_LISTEN", "off") // a fixed port by default: several run here at once
                .environment("POSTHOUSE_LISTEN", "127.0.0.1:0") // over a file's
                .environment("POSTHOUSE_JVM_OPTIONS", Tags.OPTION)
                .start();
        try {
            Events events = Events.err(process);
            String address = events.await("listening").get("address").getAsString();
            events.await("ready");
            return new Serving(process, events, address);
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    /**
     * A relay that runs.
     *
     * @param address IP:PORT
     */
    record Serving(ChildProcess process, Events events, String address) implements AutoCloseable {

        /** Where rdv peers meet. */
        String url() {
            return "http://" + address;
        }

        /** Where Offset clients meet. */
        String offsetAddress() {
            return events.await("offset-address").get("address").getAsString();
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
