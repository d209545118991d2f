package dev.posthouse.net.httpproxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The request for a tunnel, byte for byte, and what each answer becomes. */
@ExtendWith(LeakCheck.class)
class ConnectTunnelTest {

    private static final HttpProxy PROXY = HttpProxy.parse("http://bob:S3cret@proxy.example:3128");
    private static final Duration LONG = Duration.ofSeconds(20);

    private static Background<ByteStream> asking(MemoryPair pair, HttpProxy proxy, String host, Duration limit) {
        return Background.start(
                () -> ConnectTunnel.open(pair.left(), proxy, TlsClient::trustingSystem, host, 443, limit));
    }

    private static void answer(MemoryPair pair, String text) throws IOException {
        HeadReader.readRequest(pair.right(), 1000);
        pair.right().write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    @Test
    void theRequestNamesTheHostTwiceAndCarriesTheCredentials() throws IOException {
        MemoryPair pair = MemoryPair.create();
        var asking = asking(pair, PROXY, "relay.example", LONG);
        ByteBuffer request = ByteBuffer.allocate(1000);
        while (!new String(request.array(), 0, request.position(), ISO_8859_1).endsWith("\r\n\r\n")) {
            assertThat(pair.right().read(request)).isPositive();
        }
        assertThat(new String(request.array(), 0, request.position(), ISO_8859_1))
                .isEqualTo(String.join(
                        "\r\n",
                        "CONNECT relay.example:443 HTTP/1.1",
                        "Host: relay.example:443",
                        "User-Agent: posthouse",
                        "Proxy-Authorization: Basic Ym9iOlMzY3JldA==",
                        "",
                        ""));
        pair.right().write(ByteBuffer.wrap("HTTP/1.0 200 Connection established\r\n\r\nfirst".getBytes(ISO_8859_1)));
        ByteBuffer into = ByteBuffer.allocate(5);
        try (ByteStream tunnel = asking.result()) {
            assertThat(tunnel.read(into)).isEqualTo(5);
            assertThat(new String(into.array(), ISO_8859_1)).isEqualTo("first");
        }
        pair.right().close();
    }

    @Test
    void anIpv6HostIsInBracketsAndWithoutZone() throws IOException {
        MemoryPair pair = MemoryPair.create();
        var asking = asking(pair, HttpProxy.parse("p"), "fe80::1%eth0", LONG);
        var head = HeadReader.readRequest(pair.right(), 1000).head();
        assertThat(head.target()).isEqualTo("[fe80::1]:443");
        assertThat(head.headers().first("Proxy-Authorization")).isEmpty();
        pair.right().close();
        assertThat(asking.failure()).isInstanceOf(RelayUnreachable.class);
        pair.left().close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "407 Proxy Authentication Required | dev.posthouse.net.AuthenticationFailed | wants a user and a password",
                "403 Forbidden | dev.posthouse.net.Refused | refuses a tunnel to relay.example:443",
                "405 Method Not Allowed | dev.posthouse.net.Refused | 405 Method Not Allowed",
                "302 Found | dev.posthouse.net.Refused | 302 Found",
                "502 Bad Gateway | dev.posthouse.net.RelayUnreachable | cannot reach relay.example:443",
                "503 Service Unavailable | dev.posthouse.net.RelayUnreachable | cannot reach relay.example:443",
                "504 Gateway Timeout | dev.posthouse.net.RelayUnreachable | cannot reach relay.example:443",
            })
    void aRefusalNamesTheProxy(String status, Class<?> kind, String words) throws IOException {
        MemoryPair pair = MemoryPair.create();
        var asking = asking(pair, PROXY, "relay.example", LONG);
        answer(pair, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(asking.failure())
                .isExactlyInstanceOf(kind)
                .hasMessageContaining("the proxy proxy.example:3128")
                .hasMessageContaining(words)
                .message()
                .doesNotContain("S3cret");
        pair.left().close();
        pair.right().close();
    }

    @Test
    void whoIsNoProxySaysSo() throws IOException {
        MemoryPair pair = MemoryPair.create();
        var asking = asking(pair, PROXY, "relay.example", LONG);
        answer(pair, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
        assertThat(asking.failure())
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("proxy.example:3128 is no HTTP proxy");
        pair.left().close();
        pair.right().close();
    }

    @Test
    void aSilentProxyIsNotWaitedForLonger() throws IOException {
        MemoryPair pair = MemoryPair.create();
        assertThat(asking(pair, PROXY, "relay.example", Duration.ofMillis(50)).failure())
                .isInstanceOf(RelayUnreachable.class)
                .hasMessageContaining("proxy.example:3128 did not answer")
                .hasMessageContaining("within 50 ms");
        pair.right().close();
    }
}
