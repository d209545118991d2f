package dev.posthouse.interop.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The README's first transfer as it stands there, at a relay behind nginx as docs/operations.md configures it. */
@LiveTransfers
class ReadmeTest {

    private static final String PRINTED = "http://relay.example:8080";
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory = Path.of("");

    /** @param more the option that it names, for the way through the relay and so through nginx; or nothing */
    @ParameterizedTest(name = "{0} bytes{1}")
    @CsvSource({"20000, ''", "5000000, ''", "20000, ' --space none'", "5000000, ' --space none'"})
    void itsFirstTransferArrivesBehindNginxAsDocumented(int length, String more) throws Exception {
        assumeThat(Plan.has("README")).isTrue();
        List<String> commands = DocumentedConfiguration.indented("README.md", "A first transfer between two machines");
        String accept = command(commands, "accept").replace("TOKEN", "TOKEN" + more);
        String dial = command(commands, "dial").replace("TOKEN", "TOKEN" + more);
        Payload payload = Payload.of(8_301, length);
        Path receiver = machine("receiver");
        Path sender = machine("sender");
        Files.copy(payload.file(directory), sender.resolve("file"));
        TestCertificates certificates = TestCertificates.in(Files.createDirectory(directory.resolve("tls")));
        try (Front.Site site = Front.NGINX_HTTP.start(directory, certificates);
                ChildProcess acceptor = run(accept.replace(PRINTED, site.url()), receiver);
                ChildProcess dialer = run(dial.replace(PRINTED, site.url()), sender)) {
            assertThat(dialer.awaitExit(PATIENCE))
                    .as(() -> dialer.everything() + acceptor.everything())
                    .isZero();
            assertThat(acceptor.awaitExit(PATIENCE))
                    .as(() -> acceptor.everything() + dialer.everything())
                    .isZero();
            assertThat(Received.isWhole(receiver.resolve("file"), payload))
                    .as(() -> acceptor.everything() + dialer.everything())
                    .isTrue();
        }
    }

    /** A directory in which {@code ./posthouse} is the launcher. */
    private Path machine(String name) throws IOException {
        Path machine = Files.createDirectory(directory.resolve(name));
        Files.createSymbolicLink(machine.resolve("posthouse"), Path.of(Posthouse.program()));
        return machine;
    }

    private static String command(List<String> printed, String word) {
        return printed.stream()
                .filter(line -> line.startsWith("./posthouse " + word + " " + PRINTED))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the README prints no " + word + ": " + printed));
    }

    private static ChildProcess run(String line, Path machine) throws IOException {
        return ChildProcess.of(List.of("bash", "-c", "cd '" + machine + "' && " + line))
                .start();
    }
}
