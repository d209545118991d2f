package dev.posthouse.rdv.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ConnectProxy;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The way to the relay through an HTTP proxy, plain or with TLS, and who is blamed for what. */
@ExtendWith(LeakCheck.class)
class WayThroughProxyTest {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    /** Nobody but the proxy knows this name. */
    private static final URI ELSEWHERE = URI.create("http://relay.example:8080");

    @TempDir
    static Path directory;

    private static SSLContext localhost;
    private static TlsClient trust;

    @BeforeAll
    static void issue() throws IOException {
        TestCertificates certificates = TestCertificates.in(directory);
        localhost = certificates.serving("127.0.0.1");
        trust = TlsClient.trusting(certificates.authority());
    }

    private static RdvClient.Builder client() {
        return RdvClient.builder().spaces(AddressSpaces.NONE);
    }

    private static RdvClient.Builder through(String proxy) {
        return client().proxies(ProxyRules.through(HttpProxy.parse(proxy)));
    }

    private static String withCredentials(String url) {
        return url.replace("://", "://bob:S3cret@");
    }

    private static String plain(FakeServer server) {
        return "http://127.0.0.1:" + server.address().getPort();
    }

    private static void exchangeThrough(ConnectProxy proxy, ServerFixture server) throws IOException {
        try (RdvClient client = through(withCredentials(proxy.url()))
                        .tls(trust)
                        .resolver(WayToRelayTest.SILENT)
                        .timeout(LONG)
                        .build();
                RdvClient direct = client().build()) {
            var accepting = Background.start(() -> client.accept(ELSEWHERE, "t"));
            try (StreamConnection dialed = direct.dial(server.uri(), "t");
                    StreamConnection accepted = accepting.result()) {
                dialed.stream().write(ByteBuffer.wrap("through".getBytes(UTF_8)));
                ByteBuffer into = ByteBuffer.allocate(7);
                assertThat(accepted.stream().read(into)).isPositive();
                assertThat(((Route.Relayed) accepted.route()).relay()).isEqualTo(proxy.address());
            }
        }
        assertThat(proxy.heads())
                .singleElement()
                .asString()
                .startsWith("CONNECT relay.example:8080 HTTP/1.1\r\nHost: relay.example:8080\r\n")
                .contains("\r\nProxy-Authorization: Basic Ym9iOlMzY3JldA==\r\n");
    }

    @Test
    void relayIsReachedThroughATunnelAndItsNameIsTheProxysToResolve() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.to(server.address())) {
            exchangeThrough(proxy, server);
        }
    }

    @Test
    void wayToTheProxyItselfMayBeTls() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.withTls(localhost, server.address())) {
            exchangeThrough(proxy, server);
        }
    }

    @Test
    void directWayIsStillTaken() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.to(server.address());
                RdvClient client =
                        through(proxy.url()).spaces(RdvClientTest.LOOPBACK).build();
                RdvClient direct =
                        RdvClient.builder().spaces(RdvClientTest.LOOPBACK).build()) {
            var accepting = Background.start(() -> client.accept(server.uri(), "t"));
            try (StreamConnection dialed = direct.dial(server.uri(), "t");
                    StreamConnection accepted = accepting.result()) {
                assertThat(dialed.route()).isInstanceOf(Route.Direct.class);
                assertThat(accepted.route()).isInstanceOf(Route.Direct.class);
            }
            assertThat(proxy.heads()).hasSize(1);
        }
    }

    @Test
    void relayThatNoProxyNamesIsReachedWithoutOne() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.to(server.address());
                RdvClient client = client().proxies(ProxyRules.fromVariables(
                                Map.of("HTTPS_PROXY", proxy.url(), "NO_PROXY", "example.org,127.0.0.0/8")))
                        .build()) {
            var accepting = Background.start(() -> client.accept(server.uri(), "t"));
            try (StreamConnection dialed = client.dial(server.uri(), "t");
                    StreamConnection accepted = accepting.result()) {
                assertThat(List.of(dialed, accepted))
                        .allSatisfy(one -> assertThat(((Route.Relayed) one.route()).relay())
                                .isEqualTo(server.address()));
            }
            assertThat(proxy.heads()).isEmpty();
        }
    }

    // ---- failures

    private static Throwable failure(RdvClient.Builder builder) {
        try (RdvClient client = builder.build()) {
            return Background.start(() -> client.dial(URI.create("https://relay.example"), "t"))
                    .failure();
        }
    }

    private static Throwable refusedBy(String answer) throws IOException {
        try (var proxy = new FakeServer();
                RdvClient client = through(withCredentials(plain(proxy))).build()) {
            var dialing = Background.start(() -> client.dial(URI.create("https://relay.example"), "t"));
            try (RawPeer inside = proxy.answer(answer)) {
                inside.end();
                Throwable failure = dialing.failure();
                for (Throwable each = failure; each != null; each = each.getCause()) {
                    assertThat(String.valueOf(each.getMessage())).doesNotContain("S3cret");
                }
                return failure;
            }
        }
    }

    @Test
    void refusalOfTheProxyNamesIt() throws IOException {
        assertThat(refusedBy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageMatching("the proxy 127.0.0.1:\\d+ wants .*");
        assertThat(refusedBy("HTTP/1.1 403 Forbidden\r\n\r\n"))
                .isInstanceOf(Refused.class)
                .hasMessageMatching("the proxy 127.0.0.1:\\d+ refuses a tunnel to relay.example:443.*");
        assertThat(refusedBy("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
                .isInstanceOf(RelayUnreachable.class)
                .hasMessageMatching("the proxy 127.0.0.1:\\d+ cannot reach relay.example:443.*");
        assertThat(refusedBy("")).isInstanceOf(RelayUnreachable.class).hasMessageContaining("closed the connection");
    }

    @Test
    void proxyThatIsNotThereIsNamed() throws IOException {
        var gone = new FakeServer();
        gone.close();
        assertThat(failure(through(plain(gone))))
                .isInstanceOf(RelayUnreachable.class)
                .hasMessageContaining("the proxy 127.0.0.1:" + gone.address().getPort());
        assertThat(failure(through("http://proxy.example:3128").resolver(host -> List.of())))
                .isInstanceOf(RelayUnreachable.class)
                .hasMessage("the proxy is not found: the name proxy.example has no address");
    }

    @Test
    void proxyWhoseCertificateIsNotTrustedIsNamed() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.withTls(localhost, server.address())) {
            assertThat(failure(through(proxy.url())))
                    .isInstanceOf(AuthenticationFailed.class)
                    .hasMessageStartingWith(
                            "the proxy 127.0.0.1:" + proxy.address().getPort() + " is not trusted: ");
        }
    }

    @Test
    void proxyThatSpeaksNoTlsIsNamedWithWhatWouldBeRight() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.to(server.address());
                var talker = new FakeServer()) {
            String advice = "if it speaks no TLS, its address begins with http://";
            assertThat(failure(through(plain(talker).replace("http", "https")).timeout(SHORT)))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining(
                            "the proxy 127.0.0.1:" + talker.address().getPort())
                    .hasMessageContaining("within 200 ms");
            try (RdvClient client =
                    through(plain(talker).replace("http", "https")).build()) {
                var dialing = Background.start(() -> client.dial(URI.create("https://relay.example"), "t"));
                talker.next().close(); // the one of before
                try (RawPeer inside = talker.next().send("HTTP/1.1 400 Bad Request\r\n\r\n")) {
                    assertThat(dialing.failure())
                            .isInstanceOf(ProtocolViolation.class)
                            .hasMessageContaining("the proxy 127.0.0.1:")
                            .hasMessageContaining(advice);
                    inside.reset();
                }
                var again = Background.start(() -> client.dial(URI.create("https://relay.example"), "t"));
                try (RawPeer inside = talker.next()) {
                    inside.read(1); // it is connected, and has begun
                    inside.reset();
                }
                assertThat(again.failure())
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageContaining("the proxy 127.0.0.1:")
                        .hasMessageContaining(advice);
            }
        }
    }

    @Test
    void proxyThatSpeaksTlsOnlyIsNamedWithWhatWouldBeRight() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = ConnectProxy.withTls(localhost, server.address())) {
            assertThat(failure(through(proxy.url().replace("https", "http"))))
                    .hasMessageContaining(
                            "the proxy 127.0.0.1:" + proxy.address().getPort());
            assertThat(proxy.heads()).isEmpty();
        }
    }

    @Test
    void nameOfAProxyIsResolvedWithinTheLimit() {
        assertThatThrownBy(() -> {
                    try (RdvClient client = through("https://proxy.example:3128")
                            .resolver(WayToRelayTest.SILENT)
                            .timeout(SHORT)
                            .build()) {
                        client.dial(ELSEWHERE, "t");
                    }
                })
                .isInstanceOf(RelayUnreachable.class)
                .hasMessage("the name proxy.example was not resolved within 200 ms");
    }
}
