package dev.posthouse.net.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The opening handshake as the server sees it. The request is that of RFC 6455 section 1.2. */
class ServerHandshakeTest {

    private static final String LINES = "Host: server.example.com|Upgrade: websocket|Connection: Upgrade"
            + "|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Origin: http://example.com"
            + "|Sec-WebSocket-Protocol: chat, superchat|Sec-WebSocket-Version: 13";

    private static RequestHead request(String method, String version, String lines) {
        Headers.Builder headers = Headers.builder();
        for (String line : lines.split("\\|", -1)) {
            int colon = line.indexOf(':');
            headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return new RequestHead(method, "/chat", version, headers.build());
    }

    private static RequestHead withLine(String name, String value) {
        return request("GET", "HTTP/1.1", LINES.replaceFirst(name + ": [^|]*", name + ": " + value));
    }

    private static String acceptance(String subprotocol) {
        return new String(
                ServerHandshake.acceptance(request("GET", "HTTP/1.1", LINES), Optional.of(subprotocol)), US_ASCII);
    }

    @Test
    void theRequestOfTheStandardIsAnsweredAsThere() {
        assertThat(ServerHandshake.refusal(request("GET", "HTTP/1.1", LINES))).isEmpty();
        assertThat(acceptance("chat")).isEqualTo("""
                        HTTP/1.1 101 Switching Protocols\r
                        Upgrade: websocket\r
                        Connection: Upgrade\r
                        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                        Sec-WebSocket-Protocol: chat\r
                        \r
                        """);
    }

    @Test
    void aSubprotocolThatTheClientDoesNotOfferIsNotAnswered() {
        assertThat(acceptance("other")).doesNotContain("Protocol:").endsWith("xOo=\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {"Upgrade > WebSocket", "Connection > keep-alive, upgrade", "Origin > null"})
    void otherFormsOfTheSameAreTaken(String name, String value) {
        assertThat(ServerHandshake.refusal(withLine(name, value))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25jZR==",
                "dGhlIHNhbXBsZSBub25j",
                "dGhlIHNhbXBsZSBub25jZTE=",
                "????????????????????????",
            })
    void aKeyThatIsNot16BytesInBase64IsRefused(String key) {
        assertThat(ServerHandshake.refusal(withLine("Sec-WebSocket-Key", key)))
                .map(TextResponse::status)
                .contains(400);
    }

    @Test
    void twoKeysOrNoneAreRefused() {
        String key = "|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        for (String lines : new String[] {LINES + key, LINES.replace(key, "")}) {
            assertThat(ServerHandshake.refusal(request("GET", "HTTP/1.1", lines)))
                    .map(TextResponse::status)
                    .contains(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "14", "13, 8", "013"})
    void anotherVersionIsToldTheOneThatIsSpoken(String version) {
        TextResponse refusal = ServerHandshake.refusal(withLine("Sec-WebSocket-Version", version))
                .orElseThrow();
        assertThat(refusal.status()).isEqualTo(426);
        assertThat(refusal.headers().first("Sec-WebSocket-Version")).contains("13");
        assertThat(refusal.headers().first("Upgrade")).contains("websocket");
    }

    @ParameterizedTest
    @CsvSource({"POST, HTTP/1.1, Host", "GET, HTTP/1.0, Host", "GET, HTTP/1.1, Upgrade", "GET, HTTP/1.1, Connection"})
    void whatIsNoUpgradeIsRefused(String method, String version, String changed) {
        RequestHead head = request(method, version, LINES.replace(changed + ": ", changed + ": x"));
        assertThat(ServerHandshake.refusal(head)).map(TextResponse::status).contains(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1", "Transfer-Encoding: chunked"})
    void aBodyIsRefusedSinceItWouldStandInTheWayOfFrames(String line) {
        assertThat(ServerHandshake.refusal(request("GET", "HTTP/1.1", LINES + "|" + line)))
                .map(TextResponse::status)
                .contains(400);
        assertThat(ServerHandshake.refusal(request("GET", "HTTP/1.1", LINES + "|Content-Length: 0")))
                .isEmpty();
    }
}
