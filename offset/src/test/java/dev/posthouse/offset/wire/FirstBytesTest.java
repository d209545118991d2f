package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstBytesTest {

    @ParameterizedTest
    @CsvSource({
        "00 00 00 00 00 00 00 04, CURRENT",
        "00 00 00 00 00 00 00 04 00 00 00 00 ff, CURRENT",
        "00 00 00 04 00 00 00 00, LEGACY",
        "00 00 00 04 00 00 00 00 ff, LEGACY",
        "'', NEED_MORE",
        "00, NEED_MORE",
        "00 00 00, NEED_MORE",
        "00 00 00 00 00 00 00, NEED_MORE",
        "00 00 00 04 00 00 00, NEED_MORE",
        "01, NO",
        "00 00 00 03, NO",
        "00 00 00 04 00 00 00 01, NO",
        "00 00 00 00 00 00 00 05, NO",
        "00 00 00 00 00 00 00 00, NO",
        "44 49 41 4c, NO",
        "16 03 01, NO",
        "20 00 00, NO",
        "13 2f, NO",
    })
    void saysWhoseBytesTheyAre(String bytes, FirstBytes expected) {
        ByteBuffer first = Bytes.hex("ff" + bytes).position(1);
        assertThat(FirstBytes.of(first)).isEqualTo(expected);
        assertThat(first.position()).isEqualTo(1);
    }

    @Test
    void theVersionIsFourZeros() {
        assertThat(Version.frame()).isEqualTo(Bytes.hex("00 00 00 00"));
        assertThatCode(() -> Version.check(Version.frame())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'a version has 4 bytes, not 0'",
        "00 00 00, 'a version has 4 bytes, not 3'",
        "00 00 00 00 00, 'a version has 4 bytes, not 5'",
        "00 00 00 01, 'the peer speaks another version than 0'",
    })
    void anotherVersionIsRefused(String frame, String message) {
        assertThatThrownBy(() -> Version.check(Bytes.hex(frame)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(message);
    }
}
