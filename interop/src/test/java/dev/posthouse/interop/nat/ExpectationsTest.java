package dev.posthouse.interop.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpectationsTest {

    private static final String CELL =
            "resets | ours/ours | full-cone+reset/symmetric | ra delay=10ms loss=1%, cut relay |"
                    + " direct | connected | connected | relayed | -";

    @Test
    void cellIsReadColumnByColumn() {
        Cell cell = Expectations.parse(List.of("# comment", "", CELL)).getFirst();

        assertThat(cell.name()).isEqualTo("resets");
        assertThat(cell.topology()).isEqualTo("full-cone+reset/symmetric");
        assertThat(cell.conditions()).containsExactly(new Cell.Condition("ra", List.of("delay=10ms", "loss=1%")));
        assertThat(cell.cutRelay()).isTrue();
        assertThat(cell.isLossy()).isTrue();
        assertThat(cell.pairs(false)).containsExactly(Pair.OURS_OURS);
        assertThat(cell.expected())
                .isEqualTo(Map.of(
                        Pair.OURS_OURS, Expected.DIRECT,
                        Pair.OURS_GO, Expected.CONNECTED,
                        Pair.GO_OURS, Expected.CONNECTED,
                        Pair.GO_GO, Expected.RELAYED));
    }

    @Test
    void pairWithOursMayNotBeExpectedToDoWorseThanTheOriginal() {
        assertThatThrownBy(() -> Expectations.parse(
                        List.of("a | no | public/public | - | direct | relayed | direct | direct | direct")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expectations, line 1: go/go is direct, so ours/go may not be relayed");
    }

    @Test
    void wordThatMeansNothingIsRefusedWithTheLine() {
        assertThatThrownBy(() -> Expectations.parse(List.of("#", CELL.replace("relayed", "relay"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expectations, line 2: an expectation is one of direct, connected, relayed, failed or -,"
                        + " not \"relay\"");
    }

    @Test
    void nameMayStandOnlyOnce() {
        assertThatThrownBy(() -> Expectations.parse(List.of(CELL, CELL)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two cells named resets");
    }

    @Test
    void committedFileIsInOrder() throws IOException {
        List<Cell> cells = Expectations.read(Path.of("nat", "expectations.txt"));

        assertThat(cells).hasSizeGreaterThan(40);
        assertThat(cells).allSatisfy(cell -> assertThat(cell.expected()).containsKey(Pair.OURS_OURS));
        assertThat(cells.stream().filter(cell -> !cell.pairs(false).isEmpty())).hasSizeGreaterThanOrEqualTo(12);
    }
}
