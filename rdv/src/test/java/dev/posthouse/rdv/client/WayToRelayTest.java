package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.httpproxy.HttpProxy;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Names, time limits and proxies on the way to the relay, and who is blamed for what. */
@ExtendWith(LeakCheck.class)
class WayToRelayTest {

    private static final Resolver SILENT = host -> {
        try {
            new CountDownLatch(1).await();
            return List.of();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    };

    private static final Duration SHORT = Duration.ofMillis(200);

    private static RdvClient.Builder client() {
        return RdvClient.builder().spaces(AddressSpaces.NONE);
    }

    private static URI named(InetSocketAddress address) {
        return URI.create("http://my_relay:" + address.getPort());
    }

    private static Resolver knows(String name) {
        return host -> {
            assertThat(host).isEqualTo(name);
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
        };
    }

    @Test
    void silentNameServerHoldsNobodyForLongerThanTheLimit() throws IOException {
        long start = System.nanoTime();
        try (RdvClient client = client().resolver(SILENT).timeout(SHORT).build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessage("the name relay.example was not resolved within 200 ms");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void closingTheClientEndsTheWaitForAName() {
        RdvClient client = client().resolver(SILENT).build();
        var dialing = Background.start(() -> client.dial(URI.create("http://relay.example"), "t"))
                .awaitBlocked();
        client.close();
        assertThat(dialing.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void interruptEndsTheWaitForAName() {
        try (RdvClient client = client().resolver(SILENT).build()) {
            var dialing = Background.start(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .awaitBlocked();
            dialing.interrupt();
            assertThat(dialing.failure()).isInstanceOf(InterruptedIOException.class);
        }
    }

    @Test
    void nameThatOnlyTheResolverKnowsIsReached() throws IOException {
        try (var server = ServerFixture.start();
                RdvClient client = client().resolver(knows("my_relay")).build()) {
            var accepting = Background.start(() -> client.accept(named(server.address()), "t"));
            try (Connection dialed = client.dial(named(server.address()), "t");
                    Connection accepted = accepting.result()) {
                assertThat(dialed.route()).isEqualTo(accepted.route());
            }
        }
    }

    @Test
    void nameWithoutAddressIsTheRelaysFailure() {
        try (RdvClient client = client().resolver(host -> List.of()).build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("relay.example has no address");
        }
    }

    /** A peer that does not come is another failure than a relay that does not answer. */
    @Test
    void silentTlsHandshakeIsTheRelaysFailure() throws IOException {
        try (var server = new FakeServer();
                RdvClient client = client().timeout(SHORT).build()) {
            URI https = URI.create("https://127.0.0.1:" + server.address().getPort());
            var dialing = Background.start(() -> client.dial(https, "t"));
            try (RawPeer atServer = server.next()) {
                assertThat(dialing.failure())
                        .isInstanceOf(RelayUnreachable.class)
                        .hasMessageContaining("127.0.0.1:" + server.address().getPort())
                        .hasMessageContaining("within 200 ms");
                assertThat(atServer.local()).isNotNull();
            }
        }
    }

    // ---- proxies

    private static RdvClient.Builder through(FakeServer proxy) {
        return client().proxies(ProxyRules.through(
                HttpProxy.parse("http://bob:S3cret@127.0.0.1:" + proxy.address().getPort())));
    }

    /** What a proxy does with one tunnel, which may end in any way. */
    private static void tunnel(RawPeer client, InetSocketAddress relay) throws IOException {
        try (RawPeer onwards = RawPeer.connect(relay)) {
            client.send("HTTP/1.1 200 Connection established\r\n\r\n");
            var back = Background.run(() -> copy(onwards, client));
            copy(client, onwards);
            back.result();
        }
    }

    private static void copy(RawPeer from, RawPeer to) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (from.stream().read(buffer.clear()) >= 0) {
                to.stream().write(buffer.flip());
            }
            to.stream().shutdownOutput();
        } catch (IOException e) {
            from.reset();
            to.reset();
        }
    }

    @Test
    void relayIsReachedThroughATunnelAndItsNameIsTheProxysToResolve() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = new FakeServer();
                RdvClient client = through(proxy)
                        .resolver(SILENT)
                        .timeout(Duration.ofSeconds(30))
                        .build()) {
            var accepting = Background.start(() -> client.accept(URI.create("http://relay.example:8080"), "t"));
            try (RawPeer inside = proxy.next()) {
                assertThat(inside.head())
                        .startsWith("CONNECT relay.example:8080 HTTP/1.1\r\nHost: relay.example:8080\r\n")
                        .contains("\r\nProxy-Authorization: Basic Ym9iOlMzY3JldA==\r\n");
                var tunnelling = Background.run(() -> tunnel(inside, server.address()));
                try (RdvClient direct = client().build();
                        Connection dialed = direct.dial(server.uri(), "t");
                        Connection accepted = accepting.result()) {
                    dialed.stream().write(ByteBuffer.wrap("through".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                    ByteBuffer into = ByteBuffer.allocate(7);
                    assertThat(accepted.stream().read(into)).isPositive();
                    assertThat(((Route.Relayed) accepted.route()).relay()).isEqualTo(proxy.address());
                }
                tunnelling.result();
            }
        }
    }

    @Test
    void directWayIsStillTaken() throws IOException {
        try (var server = ServerFixture.start();
                var proxy = new FakeServer();
                RdvClient client = through(proxy).spaces(RdvClientTest.LOOPBACK).build()) {
            var accepting = Background.start(() -> client.accept(server.uri(), "t"));
            try (RawPeer inside = proxy.next()) {
                inside.head();
                var tunnelling = Background.run(() -> tunnel(inside, server.address()));
                try (RdvClient direct = RdvClient.builder()
                                .spaces(RdvClientTest.LOOPBACK)
                                .build();
                        Connection dialed = direct.dial(server.uri(), "t");
                        Connection accepted = accepting.result()) {
                    assertThat(dialed.route()).isInstanceOf(Route.Direct.class);
                    assertThat(accepted.route()).isInstanceOf(Route.Direct.class);
                }
                tunnelling.result();
            }
        }
    }

    private static Throwable refusedBy(String answer) throws IOException {
        try (var proxy = new FakeServer();
                RdvClient client = through(proxy).build()) {
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
        try (RdvClient client = through(gone).build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining(
                            "the proxy 127.0.0.1:" + gone.address().getPort());
        }
        try (RdvClient client = client().proxies(ProxyRules.through(HttpProxy.parse("http://proxy.example:3128")))
                .resolver(host -> List.of())
                .build()) {
            assertThatThrownBy(() -> client.dial(URI.create("http://relay.example"), "t"))
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessage("the proxy is not found: the name proxy.example has no address");
        }
    }
}
