package dev.posthouse.interop.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.nat.peer.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TryTest {

    private static final Outcome DIRECT = connected("direct", Duration.ofMillis(60));
    private static final Outcome RELAYED = connected("relayed", Duration.ofMillis(300));
    private static final Outcome BROKEN = Outcome.failed(1, 20, "connection reset");

    private static Outcome connected(String route, Duration choice) {
        return new Outcome(
                1,
                true,
                Optional.of(route),
                100,
                Optional.empty(),
                Optional.of(Duration.ofMillis(20)),
                Optional.of(choice),
                List.of("to 203.0.113.20:4000: chosen, 40 ms"));
    }

    @Test
    void tryCountsOnlyIfBothEndsSayTheSame() {
        assertThat(new Try(DIRECT, DIRECT).result()).isEqualTo(Try.Result.DIRECT);
        assertThat(new Try(RELAYED, RELAYED).result()).isEqualTo(Try.Result.RELAYED);
        assertThat(new Try(DIRECT, RELAYED).result()).isEqualTo(Try.Result.FAILED);
        assertThat(new Try(DIRECT, BROKEN).result()).isEqualTo(Try.Result.FAILED);
    }

    @Test
    void eachExpectationTakesItsOwnResultsOnly() {
        var all = Map.of(
                Expected.DIRECT, Set.of(Try.Result.DIRECT),
                Expected.RELAYED, Set.of(Try.Result.RELAYED),
                Expected.CONNECTED, Set.of(Try.Result.DIRECT, Try.Result.RELAYED),
                Expected.FAILED, Set.of(Try.Result.FAILED));
        List<Try> tries = List.of(new Try(DIRECT, DIRECT), new Try(RELAYED, RELAYED), new Try(BROKEN, BROKEN));

        all.forEach((expected, good) -> assertThat(tries)
                .allSatisfy(one -> assertThat(one.complaint(expected, true).isEmpty())
                        .as("%s where %s is expected", one.result(), expected)
                        .isEqualTo(good.contains(one.result()))));
    }

    @Test
    void complaintTellsWhatBothEndsHaveTried() {
        assertThat(new Try(DIRECT, BROKEN).complaint(Expected.DIRECT, true).orElseThrow())
                .contains("chosen, 40 ms")
                .contains("connection reset");
    }

    @Test
    void relayThatIsChosenLongAfterThePathWarrantsItIsAComplaint() {
        var late = new Try(connected("relayed", Duration.ofMillis(20_501)), RELAYED);

        assertThat(late.complaint(Expected.RELAYED, true).orElseThrow()).contains("warrants 500");
        assertThat(late.complaint(Expected.RELAYED, false)).isEmpty();
    }

    @Test
    void panicOfTheOriginalIsNobodysFailureButNoSuccessEither() {
        var panicked = new Try(BROKEN, Outcome.failed(1, 0, "go-at-b has ended: panic: send on closed channel"));
        Cell cell = Expectations.parse(List.of("a | no | public/public | - | direct | direct | direct | direct | -"))
                .getFirst();

        assertThat(panicked.result()).isEqualTo(Try.Result.GO_PANICKED);
        assertThat(new Tally(cell, Pair.OURS_GO, List.of(panicked, new Try(DIRECT, DIRECT)), Optional.empty()).passed())
                .isTrue();
        assertThat(new Tally(cell, Pair.OURS_GO, List.of(panicked), Optional.empty()).complaints())
                .containsExactly("no try that counts was made");
    }
}
