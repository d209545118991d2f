package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.FreePort;
import dev.posthouse.interop.process.Payload;
import dev.posthouse.interop.process.Proxies;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers behind real proxies: peers learn the address that the proxy saw, not the proxy's own, and it is good for a
 * direct connection.
 */
@LiveRdv
class ProxyTest {

    private static final Payload FROM_DIALER = Payload.of(6441, 300_007);
    private static final Payload FROM_ACCEPTOR = Payload.of(6442, 200_003);
    private static final NetworkBlocks LOOPBACK = NetworkBlocks.parse(List.of("127.0.0.0/8"));

    /** What stands in front, and what it tells. */
    enum Front {
        /** As an HTTP proxy, by X-Forwarded headers. */
        NGINX,
        /** The same before the original server. */
        NGINX_BEFORE_THE_ORIGINAL,
        /** As a TCP proxy, by the text form of the PROXY protocol. */
        HAPROXY_V1,
        /** The same by the binary form. */
        HAPROXY_V2
    }

    @TempDir
    Path directory = Path.of("");

    /** Where the proxy listens. */
    private int port;

    static Stream<Arguments> cells() {
        return Stream.of(Front.values()).flatMap(front -> Stream.of(LiveClient.Kind.values())
                .flatMap(dialer -> Stream.of(LiveClient.Kind.values()).flatMap(acceptor -> Stream.of(Way.values())
                        .map(way -> Arguments.of(front, dialer, acceptor, way)))));
    }

    @ParameterizedTest(name = "{0}: dialer {1}, acceptor {2}, {3}")
    @MethodSource("cells")
    void peersLearnTheAddressThatTheProxySaw(
            Front front, LiveClient.Kind dialerKind, LiveClient.Kind acceptorKind, Way way) throws Exception {
        String token = "proxied";
        try (LiveServer server = serverBehind(front);
                ChildProcess proxy = start(front, server.address())) {
            URI uri = URI.create("http://127.0.0.1:" + port);
            var accepting =
                    acceptorKind.with(way).exchange(Method.ACCEPT, uri, token, FROM_ACCEPTOR, FROM_DIALER, directory);
            var dialing = dialerKind.with(way).exchange(Method.DIAL, uri, token, FROM_DIALER, FROM_ACCEPTOR, directory);
            LiveClient.Result dialer = dialing.result();
            LiveClient.Result acceptor = accepting.result();

            assertThat(dialer.received()).isEqualTo(FROM_ACCEPTOR.sha256());
            assertThat(acceptor.received()).isEqualTo(FROM_DIALER.sha256());
            assertThat(server.choice(token).way()).isEqualTo(way);
            assertThat(dialer.observed()).isPresent();
            assertThat(acceptor.observed()).isPresent();
            assertThat(dialer.observed()).isNotEqualTo(acceptor.observed());
            if (way == Way.DIRECT) {
                // Every client calls the server from the very port that it listens on, which it offers itself, too.
                assertThat(dialer.candidates()).contains(dialer.observed().orElseThrow());
                assertThat(acceptor.candidates()).contains(acceptor.observed().orElseThrow());
                // Over IPv4 or IPv6, but between just these ports.
                assertThat(port(dialer.remote()))
                        .isEqualTo(port(acceptor.observed().orElseThrow()));
                assertThat(port(acceptor.remote()))
                        .isEqualTo(port(dialer.observed().orElseThrow()));
            }
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    private static int port(String address) {
        return AddressPort.parse(address).port();
    }

    private static LiveServer serverBehind(Front front) throws IOException {
        return switch (front) {
            case NGINX -> LiveServer.Kind.OURS.start(LiveServer.Settings.PLAIN.behindHttpProxy());
            case NGINX_BEFORE_THE_ORIGINAL ->
                LiveServer.Kind.ORIGINAL.start(LiveServer.Settings.PLAIN.behindHttpProxy());
            case HAPROXY_V1, HAPROXY_V2 ->
                OurServer.start(
                        LiveServer.Settings.PLAIN,
                        RdvServer.builder(),
                        Relay.builder().proxies(LOOPBACK),
                        Limits.builder());
        };
    }

    private ChildProcess start(Front front, InetSocketAddress server) throws IOException {
        FreePort.Listening listening = FreePort.start(free -> switch (front) {
            case NGINX, NGINX_BEFORE_THE_ORIGINAL -> nginx(free, server);
            case HAPROXY_V1 -> haproxy(free, server, "send-proxy");
            case HAPROXY_V2 -> haproxy(free, server, "send-proxy-v2");
        });
        port = listening.address().getPort();
        return listening.process();
    }

    private ChildProcess nginx(int free, InetSocketAddress server) throws IOException {
        return Proxies.nginx(directory, """
                listen 127.0.0.1:%d;
                location / {
                  proxy_pass http://127.0.0.1:%d;
                  proxy_http_version 1.1;
                  proxy_set_header Host $host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection upgrade;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Port $remote_port; # for the original
                  proxy_set_header Posthouse-Peer-Port $remote_port;
                  proxy_read_timeout 60s;
                }
                """.formatted(free, server.getPort()));
    }

    private ChildProcess haproxy(int free, InetSocketAddress server, String header) throws IOException {
        return Proxies.haproxy(directory, """
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                listen rdv
                  bind 127.0.0.1:%d
                  server relay 127.0.0.1:%d %s
                """.formatted(free, server.getPort(), header));
    }
}
