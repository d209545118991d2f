package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes and real signals: what {@code dial} and {@code accept} exit with, and what they say last. */
@DisabledOnOs(OS.WINDOWS)
class SignalsTest {

    private static final int RECEIVED = 100_000;

    @TempDir
    Path directory;

    private Relay relay;
    private URI address;

    @BeforeEach
    void start() throws IOException {
        relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start();
        address = URI.create("http://127.0.0.1:" + relay.address().getPort());
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private ChildProcess.Builder posthouse(String word) {
        return ChildProcess.of(command(word)).inputOpen();
    }

    private List<String> command(String word) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                word,
                address.toString(),
                "signals",
                "--space",
                "none",
                "--json");
    }

    private static void signal(String name, ChildProcess child) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** A test under {@code nohup}, or behind {@code &} in a script, cannot show what an unaware parent's child does. */
    private static void assumeHeard(String name) throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            int number = List.of("", "HUP", "INT", "QUIT").indexOf(name);
            long ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .sum();
            assumeThat(number > 0 && (ignored >>> (number - 1) & 1) == 1)
                    .as("SIG" + name + " is ignored already")
                    .isFalse();
        }
    }

    private Background<StreamConnection> peer(String word) {
        return Background.start(() -> {
            RdvClient client = RdvClient.builder().spaces(AddressSpaces.NONE).build();
            return word.equals("dial") ? client.accept(address, "signals") : client.dial(address, "signals");
        });
    }

    @ParameterizedTest
    @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
    void dialThatIsEndedBySignalExitsWithItsNumberAndSaysWhatItHasSent(String signal, int code) throws Exception {
        assumeHeard(signal);
        try (ChildProcess dial = posthouse("dial").start();
                StreamConnection peer = peer("dial").result()) {
            dial.input().write("four".getBytes(StandardCharsets.US_ASCII));
            dial.input().flush();
            await().until(() -> peer.stream().read(ByteBuffer.allocate(4)) > 0);
            signal(signal, dial);
            assertThat(dial.awaitExit()).as(dial::everything).isEqualTo(code);
            assertThat(dial.lines(Output.ERR).getLast())
                    .contains("\"event\":\"closed\"", "\"sent\":4", "\"reason\":\"interrupted\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
    void acceptThatIsEndedBySignalExitsWithItsNumberAndCountsWhatIsInTheFile(String signal, int code) throws Exception {
        assumeHeard(signal);
        Path file = directory.resolve("received");
        try (ChildProcess accept = posthouse("accept").output(file).start();
                StreamConnection peer = peer("accept").result()) {
            peer.stream().write(ByteBuffer.allocate(RECEIVED));
            await().until(() -> Files.size(file) == RECEIVED);
            signal(signal, accept);
            assertThat(accept.awaitExit()).as(accept::everything).isEqualTo(code);
            assertThat(accept.lines(Output.ERR).getLast())
                    .contains("\"event\":\"closed\"", "\"received\":" + RECEIVED, "\"reason\":\"interrupted\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
    void waitThatIsEndedBySignalExitsWithItsNumber(String signal, int code) throws Exception {
        assumeHeard(signal);
        try (ChildProcess accept = posthouse("accept").start()) {
            accept.awaitLine(Output.ERR, said -> said.contains("\"waiting\""), "waiting");
            signal(signal, accept);
            assertThat(accept.awaitExit()).as(accept::everything).isEqualTo(code);
        }
    }

    @Test
    void signalThatTheParentIgnoresIsIgnored() throws Exception {
        Path file = directory.resolve("received");
        var command = new ArrayList<>(List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"));
        command.addAll(command("accept"));
        try (ChildProcess accept =
                        ChildProcess.of(command).inputOpen().output(file).start();
                StreamConnection peer = peer("accept").result()) {
            accept.awaitLine(Output.ERR, said -> said.contains("\"connected\""), "connected");
            signal("HUP", accept);
            peer.stream().write(ByteBuffer.allocate(RECEIVED));
            await().until(() -> Files.size(file) == RECEIVED);
            assertThat(accept.isAlive()).isTrue();
        }
    }
}
