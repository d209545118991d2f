package dev.posthouse.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void aPercentileIsTheSmallestValueThatTheShareDoesNotExceed() {
        var percentiles = new Percentiles(LongStream.rangeClosed(1, 200).map(i -> (201 - i) * 1_000));

        assertThat(percentiles.micros(0.5)).isEqualTo(100);
        assertThat(percentiles.micros(0.99)).isEqualTo(198);
        assertThat(percentiles.micros(1)).isEqualTo(200);
    }

    @Test
    void aSingleValueIsEveryPercentile() {
        var percentiles = new Percentiles(LongStream.of(1_500));

        assertThat(percentiles.micros(0.01)).isEqualTo(1.5);
        assertThat(percentiles.micros(0.99)).isEqualTo(1.5);
    }

    @Test
    void noValuesAreRefused() {
        assertThatThrownBy(() -> new Percentiles(LongStream.empty())).isInstanceOf(IllegalArgumentException.class);
    }
}
