package dev.posthouse.interop.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FlatnessTest {

    private static final Flatness TENTH = new Flatness("memory", 0.1, 0);

    private static List<Double> figures(double... figures) {
        return DoubleStream.of(figures).boxed().toList();
    }

    @Test
    void noiseIsFlat() {
        assertThatCode(() -> TENTH.check(figures(100, 104, 99, 103, 98, 102, 104, 99, 103, 100, 102, 98)))
                .doesNotThrowAnyException();
    }

    @Test
    void warmUpDoesNotCount() {
        assertThatCode(() -> TENTH.check(figures(40, 60, 90, 103, 98, 102, 104, 99, 103, 100, 102, 98)))
                .doesNotThrowAnyException();
    }

    @Test
    void whatGrowsBeyondTheShareIsNot() {
        assertThatThrownBy(() -> TENTH.check(figures(100, 100, 100, 100, 104, 100, 108, 104, 112, 111, 115, 112)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("grew by more than 10.0");
    }

    @Test
    void whatRisesAllTheTimeIsNot() {
        assertThatThrownBy(() -> TENTH.check(figures(100, 100, 100, 100, 101, 102, 103, 104, 105, 106, 107, 108)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("rose all the time");
    }

    @Test
    void aStepThatStaysIsFlatIfItIsSmall() {
        assertThatCode(() -> TENTH.check(figures(100, 100, 100, 100, 99, 100, 101, 106, 104, 106, 105, 106)))
                .doesNotThrowAnyException();
    }

    @Test
    void whatFallsIsFlat() {
        assertThatCode(() -> TENTH.check(figures(100, 100, 100, 90, 80, 70, 60, 50, 40, 30, 20, 10)))
                .doesNotThrowAnyException();
    }

    @Test
    void slackIsBesideTheShare() {
        List<Double> few = figures(3, 3, 3, 3, 4, 3, 5, 4, 5, 4);
        assertThatThrownBy(() -> new Flatness("threads", 0, 0).check(few)).isInstanceOf(AssertionError.class);
        assertThatCode(() -> new Flatness("threads", 0, 4).check(few)).doesNotThrowAnyException();
    }

    @Test
    void fewFiguresCannotTell() {
        assertThat(Flatness.canTell(figures(1, 2, 3, 4, 5, 6, 7))).isFalse();
        assertThat(Flatness.canTell(figures(1, 2, 3, 4, 5, 6, 7, 8))).isTrue();
    }
}
