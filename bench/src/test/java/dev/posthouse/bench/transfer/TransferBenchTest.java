package dev.posthouse.bench.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferBenchTest {

    @Test
    void theOfferAloneIsDropped() {
        String head = "DIAL /x HTTP/1.1\r\nHost: y\r\nPosthouse-Stream: 1\r\nUpgrade: rdv/1\r\n\r\n";

        assertThat(new String(StockRelay.withoutOffer(head), StandardCharsets.ISO_8859_1))
                .isEqualTo("DIAL /x HTTP/1.1\r\nHost: y\r\nUpgrade: rdv/1\r\n\r\n");
    }

    @Test
    void fiveRoundsOfTwelveGibibytesUnlessSaidOtherwise() {
        TransferOptions options = TransferOptions.parse(List.of());
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.large()).isEqualTo(12);
        assertThat(TransferOptions.parse(List.of("--rounds", "2", "--gib", "6")).large())
                .isEqualTo(6);
    }

    @Test
    void whatIsWrongIsSaidWithWhatWouldBeRight() {
        assertThatThrownBy(() -> TransferOptions.parse(List.of("--gib", "4")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--gib takes a whole number from 5 to 100, not 4");
        assertThatThrownBy(() -> TransferOptions.parse(List.of("--rounds")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--rounds needs a value");
        assertThatThrownBy(() -> TransferOptions.parse(List.of("--only", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there are --rounds, --gib and --quick");
    }
}
