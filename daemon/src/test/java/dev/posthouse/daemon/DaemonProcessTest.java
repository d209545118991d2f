package dev.posthouse.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.address.AddressPort;
import dev.posthouse.testkit.DefaultSignals;
import dev.posthouse.testkit.LeakCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real processes and real signals. */
@ExtendWith(LeakCheck.class)
@DisabledOnOs(OS.WINDOWS)
class DaemonProcessTest {

    private static final String SETTINGS = """
            listen = "127.0.0.1:0"
            [admin]
            listen = "off"
            [drain]
            deadline = "40s"
            [log]
            format = "json"
            level = "debug"
            """;

    @TempDir
    Path directory;

    /** A daemon in a process of its own, and what it says on standard error. */
    private static final class Child implements AutoCloseable {
        private final LogLines log = new LogLines();
        private final Process process;

        Child(Path file) throws IOException {
            this(List.of(), file);
        }

        /** Started by a program. */
        Child(List<String> starter, Path file) throws IOException {
            var command = new ArrayList<>(DefaultSignals.command(starter));
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx128m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ChildDaemon.class.getName(),
                    file.toString()));
            process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread.ofVirtual().start(() -> {
                try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                    lines.lines().filter(line -> line.startsWith("{")).forEach(log);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        InetSocketAddress relay() {
            return AddressPort.parse(log.await("listening").get("address").getAsString())
                    .toSocketAddress();
        }

        void signal(String name) throws IOException, InterruptedException {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("ended").isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private Path file(String more) throws IOException {
        return Files.writeString(
                directory.resolve("posthouse.toml"),
                "state = \"%s\"%n".formatted(directory.resolve("state")) + SETTINGS + more);
    }

    @Test
    void aHangupReloadsAndATerminationDrains() throws Exception {
        try (var child = new Child(file(""))) {
            InetSocketAddress relay = child.relay();
            child.log.await("ready");
            file("[limits]\nlobby = \"33s\"\n");
            child.signal("HUP");
            await().until(() -> child.log.all().stream()
                    .anyMatch(line -> line.toString().contains("\"changed\":[\"limits.lobby\"]")));

            RawPeer[] peers = RawPeer.circuit(relay, "t");
            try (RawPeer dialer = peers[0];
                    RawPeer acceptor = peers[1]) {
                child.signal("TERM");
                child.log.await("draining");
                dialer.write("x");
                assertThat(acceptor.read()).isEqualTo('x');
                assertThat(child.process.isAlive()).isTrue();
            }
            assertThat(child.exitCode()).isZero();
            assertThat(child.log.await("ended").get("how").getAsString()).isEqualTo("drained");
        }
    }

    @Test
    void aSignalThatTheParentIgnoresIsNamedWithWhatItMeans() throws Exception {
        try (var child = new Child(List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"), file(""))) {
            child.log.await("ready");
            await().until(() -> child.log.says("SIGHUP is ignored"));
            assertThat(child.log.says("a changed configuration needs a restart"))
                    .isTrue();
            child.signal("HUP");
            child.signal("TERM");
            assertThat(child.exitCode()).isZero();
            assertThat(child.log.all()).noneMatch(line -> line.toString().contains("reloaded"));
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (var child = new Child(file(""))) {
            RawPeer[] peers = RawPeer.circuit(child.relay(), "t");
            child.log.await("ready");
            try (RawPeer dialer = peers[0];
                    RawPeer acceptor = peers[1]) {
                child.signal("TERM");
                child.log.await("draining");
                child.signal("INT");
                assertThat(child.exitCode()).isEqualTo(130);
                assertThat(dialer.ended()).isTrue();
                assertThat(acceptor.ended()).isTrue();
            }
        }
    }

    @Test
    void aDaemonThatCannotStartSaysWhyAndExits() throws Exception {
        try (var child = new Child(file("[access]\ntokens = \"/nowhere\"\n"))) {
            assertThat(child.exitCode()).isEqualTo(DaemonProcess.CANNOT_START);
            await().until(() -> child.log.says("cannot start: access.tokens: there is no file /nowhere"));
        }
    }
}
