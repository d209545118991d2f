package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers below a path and behind TLS, with every dialer and every acceptor, over either route. */
@LiveRdv
class MountTest {

    private static final Payload FROM_DIALER = Payload.of(6421, 1_000_001);
    private static final Payload FROM_ACCEPTOR = Payload.of(6422, 700_003);

    /** How a server is reached, and why it is trusted. */
    enum Mount {
        BELOW_A_PATH,
        HTTPS_TRUSTED,
        HTTPS_INSECURE_BELOW_A_PATH
    }

    @TempDir
    static Path directory = Path.of("");

    private static TestCertificates certificates;
    private static TestCertificates.Issued issued;

    @BeforeAll
    static void issue() throws IOException {
        certificates = TestCertificates.in(directory);
        issued = certificates.issue("127.0.0.1");
    }

    static Stream<Arguments> cells() {
        return Stream.of(Mount.values()).flatMap(mount -> Stream.of(LiveServer.Kind.values())
                .flatMap(server -> Stream.of(LiveClient.Kind.values())
                        .flatMap(dialer -> Stream.of(LiveClient.Kind.values())
                                .flatMap(acceptor -> Stream.of(Way.values())
                                        .map(way -> Arguments.of(mount, server, dialer, acceptor, way))))));
    }

    @ParameterizedTest(name = "{0}: server {1}, dialer {2}, acceptor {3}, {4}")
    @MethodSource("cells")
    void peersMeetAndExchange(
            Mount mount, LiveServer.Kind serverKind, LiveClient.Kind dialerKind, LiveClient.Kind acceptorKind, Way way)
            throws Exception {
        String token = "mount-" + dialerKind + "-" + acceptorKind + "-" + way;
        try (LiveServer server = serverKind.start(settings(mount))) {
            var accepting = client(acceptorKind, mount, way)
                    .exchange(Method.ACCEPT, server.uri(), token, FROM_ACCEPTOR, FROM_DIALER, directory);
            var dialing = client(dialerKind, mount, way)
                    .exchange(Method.DIAL, server.uri(), token, FROM_DIALER, FROM_ACCEPTOR, directory);
            assertThat(dialing.result().received()).isEqualTo(FROM_ACCEPTOR.sha256());
            assertThat(accepting.result().received()).isEqualTo(FROM_DIALER.sha256());
            assertThat(server.choice(token).way()).isEqualTo(way);
            if (way == Way.RELAYED) {
                server.carried(token)
                        .assertOf(
                                FROM_DIALER.length() + Exchange.FRAMING,
                                FROM_ACCEPTOR.length() + Exchange.FRAMING,
                                serverKind == LiveServer.Kind.OURS
                                        && dialerKind == LiveClient.Kind.OURS
                                        && acceptorKind == LiveClient.Kind.OURS);
            }
        }
    }

    @Test
    void aServerWhoseCertificateIsNotTrustedIsNotTalkedTo() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start(settings(Mount.HTTPS_TRUSTED))) {
            var dialing = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "untrusted");
            assertThat(dialing.failure()).isInstanceOf(AuthenticationFailed.class);
        }
    }

    private static LiveServer.Settings settings(Mount mount) {
        return switch (mount) {
            case BELOW_A_PATH -> LiveServer.Settings.PLAIN.path("/some/where");
            case HTTPS_TRUSTED -> LiveServer.Settings.PLAIN.tls(issued);
            case HTTPS_INSECURE_BELOW_A_PATH ->
                LiveServer.Settings.PLAIN.tls(issued).path("/rdv");
        };
    }

    private static LiveClient client(LiveClient.Kind kind, Mount mount, Way way) throws IOException {
        LiveClient client = kind.with(way);
        return switch (mount) {
            case BELOW_A_PATH -> client;
            case HTTPS_TRUSTED -> client.trusting(certificates.authority());
            case HTTPS_INSECURE_BELOW_A_PATH -> client.insecure();
        };
    }
}
