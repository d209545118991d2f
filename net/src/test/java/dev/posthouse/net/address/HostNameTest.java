package dev.posthouse.net.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One rule for hosts, wherever they are written. */
class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "relay.example, relay.example",
        "my_relay, my_relay",
        "_relay._tcp.example, _relay._tcp.example",
        "relay.example., relay.example.",
        "relay, relay",
        "-h, -h",
        "192.0.2.1, 192.0.2.1",
        "b\u00fccher.example, xn--bcher-kva.example",
        "\u043f\u043e\u0447\u0442\u0430.example, xn--80a1acny.example",
        "2001:db8::1, 2001:db8::1",
        "[2001:db8::1], 2001:db8::1",
        "[fe80::1%eth0], fe80::1%eth0",
        "[fe80::1%25eth0], fe80::1%eth0",
        "[fe80::1%25], fe80::1%25",
        "[fe80::1%3], fe80::1%3",
    })
    void whatAResolverMayKnowIsAHost(String text, String host) {
        assertThat(HostName.parse(text)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ".h",
                "a..b",
                "bob S3cret",
                "S3cret@h",
                "h/S3cret",
                "h?S3cret",
                "h#S3cret",
                "[S3cret]",
                "S3cret:h",
                "[fe80::1%S3cret h]",
                "[192.0.2.1]",
                "S3cret\u0000",
                "h%41",
                "h,S3cret",
                "fa\u00df.S3cret"
            })
    void anythingElseIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> HostName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .isNotBlank()
                .doesNotContain("S3cret");
    }

    @Test
    void aCharacterThatIsNoneOfAHostsIsNamedByItsPlace() {
        assertThatThrownBy(() -> HostName.parse("a b")).hasMessageContaining("character 2 is U+0020");
        assertThatThrownBy(() -> HostName.parse("a~")).hasMessageContaining("character 2 is '~'");
    }

    @ParameterizedTest
    @CsvSource({
        "relay.example, relay.example, -1",
        "my_relay:8080, my_relay, 8080",
        "relay.example.:1, relay.example., 1",
        "[::1]:65535, ::1, 65535",
        "[::1], ::1, -1",
        "h:0, h, 0",
        "h:0080, h, 80",
    })
    void aPortMayStandBehindIt(String text, String host, int port) {
        HostPort read = HostPort.parse(text);
        assertThat(read.host()).isEqualTo(host);
        assertThat(read.port().orElse(-1)).isEqualTo(port);
        assertThat(HostPort.parse(read.toString())).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":80", "h:", "h:S3cret", "h:65536", "h:999999", "::1:80", "2001:db8::1", "bob:S3cret@h:80"})
    void anythingElseIsNoHostWithAPort(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank()
                .doesNotContain("S3cret");
    }

    @Test
    void anotherMachineGetsNoZone() {
        assertThat(HostName.withoutZone("fe80::1%eth0")).isEqualTo("fe80::1");
        assertThat(HostName.inUrl("fe80::1")).isEqualTo("[fe80::1]");
        assertThat(HostName.inUrl("relay")).isEqualTo("relay");
    }
}
