package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ConnectProxy;
import dev.posthouse.testkit.LeakCheck;
import dev.posthouse.testkit.TestCertificates;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names, time limits and proxies on the way to the relay, and who is blamed for what. */
@ExtendWith(LeakCheck.class)
class WayToRelayTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    /** Answers nobody. */
    private static final Resolver SILENT = host -> {
        try {
            new CountDownLatch(1).await();
            return List.of();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    };

    private static final Ed25519KeyPair PEER = Ed25519KeyPair.generate();

    @TempDir
    static Path directory;

    private static SSLContext localhost;
    private static TlsClient trust;

    private RelayFixture relay;

    /** Either way to use a relay. */
    enum Use {
        DIAL {
            @Override
            StreamConnection begin(OffsetClient client, RelayAddress relay) throws IOException {
                return new OffsetScheme(client, new AccessList())
                        .dial(relay + "/" + PEER.publicKey(), Optional.empty());
            }
        },
        ACCEPT {
            @Override
            StreamConnection begin(OffsetClient client, RelayAddress relay) throws IOException {
                return new OffsetScheme(client, new AccessList()).accept(relay.toString(), Optional.empty());
            }
        };

        abstract StreamConnection begin(OffsetClient client, RelayAddress relay) throws IOException;
    }

    @BeforeAll
    static void issue() throws IOException {
        TestCertificates certificates = TestCertificates.in(directory);
        localhost = certificates.serving("127.0.0.1");
        trust = TlsClient.trusting(certificates.authority());
    }

    @BeforeEach
    void start() throws IOException {
        relay = RelayFixture.start();
    }

    @AfterEach
    void close() {
        relay.close();
    }

    private static OffsetClient.Builder client() {
        return OffsetClient.builder(Ed25519KeyPair.generate());
    }

    private static OffsetClient.Builder through(String proxy) {
        return client().proxies(ProxyRules.through(HttpProxy.parse(proxy))).tls(trust);
    }

    /** The relay under a name that nobody knows but a proxy. */
    private RelayAddress elsewhere() {
        return new RelayAddress(relay.address().relay(), "relay.example", 8080);
    }

    private InetSocketAddress here() {
        return new InetSocketAddress(relay.address().host(), relay.address().port());
    }

    // ---- names

    @ParameterizedTest
    @EnumSource(Use.class)
    void silentNameServerHoldsNobodyForLongerThanTheLimit(Use use) {
        try (OffsetClient client = client().resolver(SILENT).timeout(SHORT).build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessage("the name relay.example was not resolved within 200 ms");
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void withoutALimitOfTheCallsOwnThatForConnectingHolds(Use use) {
        try (OffsetClient client =
                client().resolver(SILENT).connectTimeout(SHORT).build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("the name relay.example was not resolved within 200 ms");
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void closingTheClientAndAnInterruptEndTheWaitForAName(Use use) {
        OffsetClient client = client().resolver(SILENT).build();
        var interrupted = Background.start(() -> use.begin(client, elsewhere())).awaitBlocked();
        interrupted.interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedIOException.class);

        var closed = Background.start(() -> use.begin(client, elsewhere())).awaitBlocked();
        client.close();
        assertThat(closed.failure()).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void nameWithoutAddressIsTheRelaysFailure(Use use) {
        Resolver knowsNobody = host -> {
            throw new PeerUnreachable("the name " + host + " has no address");
        };
        try (OffsetClient client = client().resolver(knowsNobody).build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("the name relay.example has no address");
        }
    }

    // ---- proxies

    private void assertMeetThrough(ConnectProxy proxy, OffsetClient acceptor, OffsetClient dialer) throws IOException {
        RelayAddress there = elsewhere();
        var accepting = Background.start(() -> new OffsetScheme(acceptor, AccessList.of(dialer.publicKey()))
                .accept(there.toString(), Optional.empty()));
        relay.awaitListeners(1);
        try (StreamConnection dialed = dialer.dial(there, acceptor.publicKey());
                StreamConnection accepted = accepting.result()) {
            dialed.stream().write(UTF_8.encode("through"));
            ByteBuffer into = ByteBuffer.allocate(7);
            assertThat(accepted.stream().read(into)).isPositive();
            assertThat(List.of(dialed, accepted)).allSatisfy(one -> assertThat(((Route.Relayed) one.route()).relay())
                    .isEqualTo(proxy.address()));
        }
        // Who listens, who dials, and the leg of who accepts.
        assertThat(proxy.heads()).hasSize(3).allSatisfy(head -> assertThat(head)
                .startsWith("CONNECT relay.example:8080 HTTP/1.1\r\nHost: relay.example:8080\r\n")
                .contains("\r\nProxy-Authorization: Basic Ym9iOlMzY3JldA==\r\n"));
    }

    private static String withCredentials(ConnectProxy proxy) {
        return proxy.url().replace("://", "://bob:S3cret@");
    }

    @Test
    void bothMeetThroughATunnelAndTheRelaysNameIsTheProxysToResolve() throws IOException {
        try (var proxy = ConnectProxy.to(here());
                OffsetClient acceptor =
                        through(withCredentials(proxy)).resolver(SILENT).build();
                OffsetClient dialer =
                        through(withCredentials(proxy)).resolver(SILENT).build()) {
            assertMeetThrough(proxy, acceptor, dialer);
        }
    }

    @Test
    void wayToTheProxyItselfMayBeTls() throws IOException {
        try (var proxy = ConnectProxy.withTls(localhost, here());
                OffsetClient acceptor =
                        through(withCredentials(proxy)).resolver(SILENT).build();
                OffsetClient dialer =
                        through(withCredentials(proxy)).resolver(SILENT).build()) {
            assertMeetThrough(proxy, acceptor, dialer);
        }
    }

    @Test
    void relayThatNoProxyNamesIsReachedWithoutOne() throws IOException {
        try (var proxy = ConnectProxy.to(here());
                OffsetClient client = client().proxies(ProxyRules.fromVariables(
                                Map.of("HTTPS_PROXY", proxy.url(), "NO_PROXY", "example.org,127.0.0.0/8")))
                        .build();
                OffsetListener listener = client.listen(relay.address(), new AccessList())) {
            relay.awaitListeners(1);
            assertThat(listener.states()).singleElement().matches(OffsetListener.State::listening);
            assertThat(proxy.heads()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void proxyWhoseCertificateIsNotTrustedIsNamed(Use use) throws IOException {
        try (var proxy = ConnectProxy.withTls(localhost, here());
                OffsetClient client =
                        through(proxy.url()).tls(TlsClient.trustingSystem()).build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(AuthenticationFailed.class)
                    .hasMessageStartingWith(
                            "the proxy 127.0.0.1:" + proxy.address().getPort() + " is not trusted: ");
        }
    }

    @ParameterizedTest
    @EnumSource(Use.class)
    void proxyThatIsNotThereIsNamed(Use use) throws IOException {
        ConnectProxy gone = ConnectProxy.to(here());
        gone.close();
        try (OffsetClient client = through(gone.url()).build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining(
                            "the proxy 127.0.0.1:" + gone.address().getPort());
        }
        try (OffsetClient client = through("http://proxy.example:3128")
                .resolver(SILENT)
                .timeout(SHORT)
                .build()) {
            assertThatThrownBy(() -> use.begin(client, elsewhere()))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessage("the name proxy.example was not resolved within 200 ms");
        }
    }
}
