package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.http.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {

    private static String request(ServerAddress server, Headers headers) {
        return new String(
                RdvRequest.write(Method.DIAL, server, Token.of("tok"), List.of(), Extensions.NONE, headers),
                StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "http://relay.example, relay.example, 80, relay.example, /tok",
        "https://relay.example, relay.example, 443, relay.example, /tok",
        "HTTP://relay.example:8080/rdv, relay.example, 8080, relay.example:8080, /rdv/tok",
        "http://my_relay:8080, my_relay, 8080, my_relay:8080, /tok",
        "http://relay, relay, 80, relay, /tok",
        "http://relay.example.:81, relay.example., 81, relay.example.:81, /tok",
        "http://b\u00fccher.example, xn--bcher-kva.example, 80, xn--bcher-kva.example, /tok",
        "http://[2001:db8::1]:81, 2001:db8::1, 81, [2001:db8::1]:81, /tok",
        "http://[fe80::1%25eth0]:81/, fe80::1%eth0, 81, [fe80::1]:81, /tok",
        "http://h:/p, h, 80, h, /p/tok",
        "http://h/p?key=1&k=%2F, h, 80, h, /p/tok?key=1&k=%2F",
        "http://h?key=1, h, 80, h, /tok?key=1",
    })
    void hostsArePartedFromPortsAndPaths(String text, String host, int port, String hostHeader, String target) {
        ServerAddress address = ServerAddress.parse(text);
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.port()).isEqualTo(port);
        assertThat(address.hostHeader()).isEqualTo(hostHeader);
        assertThat(request(address, Headers.NONE)).startsWith("DIAL " + target + " HTTP/1.1\r\nHost: " + hostHeader);
        assertThat(ServerAddress.of(URI.create(text))).isEqualTo(address);
    }

    @Test
    void userAndPasswordBecomeBasicCredentialsOverTls() {
        ServerAddress address = ServerAddress.parse("https://bob:S3%20cret@relay.example/rdv?k=S3cret");
        assertThat(request(address, Headers.NONE)).contains("\r\nAuthorization: Basic Ym9iOlMzIGNyZXQ=\r\n");
        assertThat(address.toString()).isEqualTo("https://relay.example/rdv");
        assertThat(address.other()).isEqualTo("http://relay.example/rdv");
    }

    @Test
    void twoAuthorizationsAreNotSent() {
        ServerAddress address = ServerAddress.parse("https://bob:S3cret@relay.example");
        Headers headers =
                Headers.builder().add("authorization", "Bearer S3cret").build();
        assertThatThrownBy(() -> request(address, headers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave one of the two out")
                .message()
                .doesNotContain("S3cret");
    }

    @Test
    void overPlainHttpTheyAreRefusedWithWhatToDo() {
        assertThatThrownBy(() -> ServerAddress.parse("http://bob:S3cret@relay.example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in clear")
                .hasMessageContaining("use https://")
                .message()
                .doesNotContain("S3cret", "bob");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://bob:S3cret@relay.example:8080/p",
                "http://S3cret@h",
                "https://bob:S3cret@",
                "https://bob:S3cret@:443",
                "https://bob:S3cret@h:port",
                "https://bob:S3cret@h:99999",
                "https://bob:S3cret@h h",
                "https://bob:S3cret@h/a b",
                "https://bob:S3cret@h/%zz",
                "https://bob:S3cret%@h",
                "https://bob%3A:S3cret@h",
                "https://bob:S3/cret@h",
                "https://bob:S3?cret@h",
                "https://bob:S3#cret@h",
                "https://h/p#S3cret",
                "https://h/p?S3 cret",
                "https://h/p?S3cret%",
                "https://h:S3cret",
                "https://[S3cret]",
                "ftp://bob:S3cret@h",
                "bob:S3cret@h",
                "S3cret",
                "http:bob:S3cret@h",
                "://S3cret",
                "",
            })
    void whatIsRefusedIsNotRepeatedByAnyMessageOrCause(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text))
                .isInstanceOfSatisfying(IllegalArgumentException.class, e -> {
                    for (Throwable each = e; each != null; each = each.getCause()) {
                        assertThat(each.toString()).doesNotContain("S3cret", "bob", "S3 cret", "cret@");
                    }
                    assertThat(e.getMessage()).isNotBlank();
                });
    }
}
