package dev.posthouse.net.httpproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which relay is reached through which proxy. */
class ProxyRulesTest {

    private static String towards(ProxyRules rules, boolean tls, String host, int port) {
        return rules.towards(tls, host, port).map(HttpProxy::hostAndPort).orElse("direct");
    }

    @Test
    void withoutVariablesThereIsNone() {
        assertThat(towards(ProxyRules.fromVariables(Map.of()), true, "h", 443)).isEqualTo("direct");
        assertThat(towards(ProxyRules.fromVariables(Map.of("HTTPS_PROXY", " ")), true, "h", 443))
                .isEqualTo("direct");
    }

    @ParameterizedTest
    @CsvSource({
        "https_proxy, lower:1, HTTPS_PROXY, upper:2, lower:1, lower:1",
        "HTTPS_PROXY, s:1, http_proxy, p:2, s:1, p:2",
        "HTTPS_PROXY, s:1, HTTP_PROXY, p:2, s:1, s:1",
        "HTTP_PROXY, p:2, X, x, direct, direct",
        "http_proxy, p:2, X, x, direct, p:2",
        "ALL_PROXY, a:3, https_proxy, s:1, s:1, s:1",
        "all_proxy, a:3, ALL_PROXY, b:4, a:3, a:3",
        "ALL_PROXY, socks5://a:3, HTTPS_PROXY, s:1, s:1, s:1",
        "ALL_PROXY, socks5h://a:3, X, x, direct, direct",
    })
    void variablesAreTakenAsOtherProgramsTakeThem(
            String one, String its, String other, String others, String https, String http) {
        ProxyRules rules = ProxyRules.fromVariables(Map.of(one, its, other, others));
        assertThat(towards(rules, true, "h", 443)).isEqualTo(https);
        assertThat(towards(rules, false, "h", 80)).isEqualTo(http);
    }

    @Test
    void socksIsSaidToComeLater() {
        assertThat(ProxyRules.fromVariables(Map.of("ALL_PROXY", "socks5://bob:S3cret@h:1"))
                        .remarks())
                .singleElement()
                .asString()
                .contains("ALL_PROXY", "SOCKS", "later version")
                .doesNotContain("S3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | anything | 1 | direct",
                "relay.example | relay.example | 80 | direct",
                "relay.example | RELAY.example. | 80 | direct",
                "relay.example | sub.relay.example | 80 | direct",
                "relay.example | otherrelay.example | 80 | p:1",
                ".example | relay.example | 80 | direct",
                "*.example | relay.example | 80 | direct",
                "relay.example:8080 | relay.example | 8080 | direct",
                "relay.example:8080 | relay.example | 80 | p:1",
                "a, b c | c | 80 | direct",
                "a,b | c | 80 | p:1",
                "192.0.2.1 | 192.0.2.1 | 80 | direct",
                "192.0.2.1:81 | 192.0.2.1 | 80 | p:1",
                "192.0.2.0/24 | 192.0.2.77 | 80 | direct",
                "192.0.2.0/24 | 192.0.3.77 | 80 | p:1",
                "10.0.0.1/8 | 10.0.0.1 | 80 | p:1",
                "::1 | ::1 | 80 | direct",
                "[::1] | 0:0:0:0:0:0:0:1 | 80 | direct",
                "[::1]:80 | ::1 | 81 | p:1",
                "2001:db8::/32 | 2001:db8::7 | 80 | direct",
                "fe80::/10 | fe80::1 | 80 | direct",
                "2.1 | 192.0.2.1 | 80 | p:1",
                "h:port, , *. | h | 80 | p:1",
                "localhost | localhost | 80 | direct",
                "127.0.0.0/8 | localhost | 80 | p:1",
            })
    void exceptionsAreNamesNetworksAndPorts(String noProxy, String host, int port, String through) {
        ProxyRules rules = ProxyRules.fromVariables(Map.of("HTTPS_PROXY", "p:1", "NO_PROXY", noProxy));
        assertThat(towards(rules, true, host, port)).isEqualTo(through);
        assertThat(towards(rules, false, host, port)).isEqualTo(through);
    }

    @ParameterizedTest
    @CsvSource({
        "proxy.example, false, proxy.example, 80",
        "proxy.example:3128, false, proxy.example, 3128",
        "http://proxy.example:3128/, false, proxy.example, 3128",
        "HTTPS://my_proxy, true, my_proxy, 443",
        "http://bob:S3cret@[::1]:3128, false, ::1, 3128",
    })
    void aProxyIsReadWithAndWithoutAScheme(String text, boolean tls, String host, int port) {
        HttpProxy proxy = HttpProxy.parse(text);
        assertThat(proxy.tls()).isEqualTo(tls);
        assertThat(proxy.host()).isEqualTo(host);
        assertThat(proxy.port()).isEqualTo(port);
        assertThat(proxy.toString()).doesNotContain("S3cret");
        assertThat(proxy.credentials().isPresent()).isEqualTo(text.contains("@"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://S3cret@h",
                "http://bob:S3cret@h h",
                "http://bob:S3cret%@h",
                "bob:S3cret@",
                "http://h:0",
                "http://h/S3cret"
            })
    void anythingElseIsRefusedByTheVariablesNameAlone(String text) {
        assertThatThrownBy(() -> ProxyRules.fromVariables(Map.of("https_proxy", text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the variable https_proxy is no proxy")
                .hasMessageContaining("HOST[:PORT]")
                .message()
                .doesNotContain("S3cret");
    }
}
