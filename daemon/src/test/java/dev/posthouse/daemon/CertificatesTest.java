package dev.posthouse.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class CertificatesTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private void install(TestCertificates.Issued issued) throws IOException {
        Files.copy(issued.chain(), directory.resolve("chain.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(issued.key(), directory.resolve("key.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    private Configuration configuration() throws Exception {
        return Configuration.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        "--listen", "127.0.0.1:0",
                        "--admin-listen", "off",
                        "--dialects", "rdv",
                        "--log-format", "json",
                        "--tls-certificate", directory.resolve("chain.pem").toString(),
                        "--tls-key", directory.resolve("key.pem").toString()));
    }

    /** The status line of a request that lacks everything. */
    private static String ask(Daemon daemon, TestCertificates trusted, String host) throws IOException {
        try (ByteStream tcp =
                        new TcpStream(SocketChannel.open(daemon.addresses().getFirst()));
                ByteStream tls = TlsClient.trusting(trusted.authority()).connect(tcp, host, LIMIT)) {
            tls.readTimeout(LIMIT);
            tls.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(1_024);
            tls.read(answer);
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void reloadingTakesNewCertificatesAndABadOneChangesNothing() throws Exception {
        TestCertificates authority = TestCertificates.in(directory);
        install(authority.issue("old.test"));
        var log = new LogLines();
        try (Daemon daemon = Daemon.start(configuration(), log)) {
            assertThat(ask(daemon, authority, "old.test")).isEqualTo("HTTP/1.1 426 Upgrade Required");

            Files.writeString(directory.resolve("chain.pem"), "nothing\n");
            assertThat(daemon.reload()).isFalse();
            assertThat(log.await("not-reloaded").get("problems").toString()).contains("tls.certificate");
            assertThat(ask(daemon, authority, "old.test")).isEqualTo("HTTP/1.1 426 Upgrade Required");

            install(authority.issue("new.test"));
            assertThat(daemon.reload()).isTrue();
            assertThat(ask(daemon, authority, "new.test")).isEqualTo("HTTP/1.1 426 Upgrade Required");
            assertThatThrownBy(() -> ask(daemon, authority, "old.test")).isInstanceOf(AuthenticationFailed.class);
        }
    }

    @Test
    void aMissingFileKeepsTheDaemonFromStarting() throws Exception {
        Configuration configuration = configuration();
        var log = new LogLines();

        assertThatThrownBy(() -> Daemon.start(configuration, log))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("tls.certificate and tls.key: ")
                .hasMessageContaining("chain.pem");
    }
}
