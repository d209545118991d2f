package dev.posthouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ByteOracleTest {

    private final ByteOracle oracle = ByteOracle.of(42);

    @Test
    void bytesAreTheSameHoweverTheyAreAskedFor() {
        byte[] whole = oracle.bytes(0, 1000);

        ByteOracle.Source source = ByteOracle.of(42).source(1000);
        ByteBuffer pieces = ByteBuffer.allocate(1000);
        for (int size = 1; source.hasRemaining(); size = size % 13 + 1) {
            pieces.put(source.next(size));
        }

        assertThat(pieces.array()).isEqualTo(whole);
        assertThat(oracle.bytes(333, 5))
                .containsExactly(oracle.at(333), oracle.at(334), oracle.at(335), oracle.at(336), oracle.at(337));
        assertThat(ByteOracle.of(43).bytes(0, 1000)).isNotEqualTo(whole);
    }

    @Test
    void sourceEndsAtItsTotalAndLeavesTheLimitAlone() {
        ByteOracle.Source source = oracle.source(10);
        ByteBuffer into = ByteBuffer.allocate(16);

        assertThat(source.fill(into)).isEqualTo(10);
        assertThat(into.position()).isEqualTo(10);
        assertThat(into.limit()).isEqualTo(16);
        assertThat(source.fill(into)).isZero();
    }

    @Test
    void sinkTakesAnExactSequence() {
        ByteOracle.Sink sink = oracle.sink();
        sink.accept(oracle.bytes(0, 7));
        sink.accept(oracle.bytes(7, 500));

        sink.assertExactly(507);
        sink.assertPrefixOf(508);
        assertThat(sink.sha256()).isEqualTo(oracle.sha256(507));
    }

    @Test
    void sinkNamesTheFirstWrongByte() {
        ByteOracle.Sink sink = oracle.sink();
        byte[] bytes = oracle.bytes(0, 100);
        bytes[64] ^= 1;

        assertThatThrownBy(() -> sink.accept(bytes))
                .hasMessageContaining("byte 64 ")
                .hasMessageContaining("seed 42");
    }

    @Test
    void sinkMissesAByteThatWasLost() {
        ByteOracle.Sink sink = oracle.sink();
        sink.accept(oracle.bytes(0, 50));

        assertThatThrownBy(() -> sink.accept(oracle.bytes(51, 50))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> sink.assertExactly(51)).hasMessageContaining("50 bytes arrived, not 51");
        assertThatThrownBy(() -> sink.assertPrefixOf(49)).isInstanceOf(AssertionError.class);
    }
}
