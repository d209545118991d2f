package dev.posthouse.net.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextResponseTest {

    private static final TextResponse RESPONSE =
            new TextResponse(426, Headers.builder().add("Upgrade", "x").build(), "fünf");

    @Test
    void itsOwnHeadersComeFirstAndItsLengthIsInBytes() {
        assertThat(new String(RESPONSE.toBytes("HTTP/1.1", true, Instant.EPOCH), UTF_8))
                .isEqualTo("""
                        HTTP/1.1 426 Upgrade Required\r
                        Upgrade: x\r
                        Connection: close\r
                        Content-Type: text/plain; charset=utf-8\r
                        X-Content-Type-Options: nosniff\r
                        Date: Thu, 01 Jan 1970 00:00:00 GMT\r
                        Content-Length: 6\r
                        \r
                        fünf
                        """);
    }

    @Test
    void theAnswerToAHeadIsTheSameWithoutText() {
        String whole = new String(RESPONSE.toBytes("HTTP/1.0", false, Instant.EPOCH), UTF_8);
        assertThat(whole).startsWith("HTTP/1.0 426 ").doesNotContain("Connection");
        assertThat(new String(RESPONSE.headBytes("HTTP/1.0", false, Instant.EPOCH), UTF_8) + "fünf\n")
                .isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 200, 399, 600})
    void aStatusThatDoesNotSayNoIsAnError(int status) {
        assertThatThrownBy(() -> TextResponse.of(status, "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
