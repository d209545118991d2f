package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadTest {

    private static final Headers TWO =
            Headers.builder().add("Host", "a").add("Rdv-Self-Addrs", "").build();

    @Test
    void aRequestIsWrittenAsItIsSent() {
        assertThat(new RequestHead("DIAL", "/t", "HTTP/1.1", TWO).toBytes())
                .isEqualTo(bytes("DIAL /t HTTP/1.1\r\nHost: a\r\nRdv-Self-Addrs: \r\n\r\n"));
    }

    @Test
    void aResponseIsWrittenAsItIsSent() {
        assertThat(new ResponseHead("HTTP/1.1", 101, "Switching Protocols", TWO).toBytes())
                .isEqualTo(bytes("HTTP/1.1 101 Switching Protocols\r\nHost: a\r\nRdv-Self-Addrs: \r\n\r\n"));
        assertThat(new ResponseHead("HTTP/1.0", 200, "", Headers.NONE).toBytes())
                .isEqualTo(bytes("HTTP/1.0 200 \r\n\r\n"));
    }

    @Test
    void latin1IsWrittenByteForCharacter() {
        Headers headers = Headers.builder().add("v", "\u00fc\u00ff").build();

        assertThat(new ResponseHead("HTTP/1.1", 200, "", headers).toBytes())
                .isEqualTo(bytes("HTTP/1.1 200 \r\nv: \u00fc\u00ff\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "GET /", "G\nT", "\u20ac"})
    void aMethodThatIsNoTokenIsRefused(String method) {
        assertThatThrownBy(() -> new RequestHead(method, "/", "HTTP/1.1", TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("method");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a b", "/\r\nEvil: 1", "/\t", "/\0", "/\u20ac"})
    void aTargetWithBlanksOrControlsIsRefusedAndNotShown(String target) {
        assertThatThrownBy(() -> new RequestHead("GET", target, "HTTP/1.1", TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the target of a head has no blanks and no controls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.", "HTTP/2.0", "HTTP/1.x", "http/1.1", "HTTP/1.10", "HTTP/1\n1"})
    void aVersionThatIsNoneIsRefused(String version) {
        assertThatThrownBy(() -> new RequestHead("GET", "/", version, TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ResponseHead(version, 200, "", TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 99, 1000})
    void aStatusThatHasNotThreeDigitsIsRefused(int status) {
        assertThatThrownBy(() -> new ResponseHead("HTTP/1.1", status, "", TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReasonWithALineEndIsRefused() {
        assertThatThrownBy(() -> new ResponseHead("HTTP/1.1", 200, "OK\r\nEvil: 1", TWO).toBytes())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b?c, /a/b",
        "?, ",
        "*, ",
        "host:80, ",
        "http://host, /",
        "http://host?x=/a, /",
        "http://host/a?b/c, /a",
        "://x/a, ",
        "//a, //a",
    })
    void aTargetHasThePathThatStandsBeforeItsQuery(String target, String path) {
        assertThat(RequestHead.pathOf(target)).isEqualTo(Optional.ofNullable(path));
    }

    @Test
    void aHeadShowsNeitherItsTargetNorItsValues() {
        Headers headers = Headers.builder().add("Authorization", "secret").build();

        assertThat(new RequestHead("DIAL", "/secret", "HTTP/1.1", headers))
                .hasToString("DIAL HTTP/1.1 [Authorization]");
        assertThat(new ResponseHead("HTTP/1.1", 200, "OK", headers).toString()).doesNotContain("secret");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
