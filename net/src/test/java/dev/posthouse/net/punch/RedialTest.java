package dev.posthouse.net.punch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedialTest {

    private static final long MS = 1_000_000;

    private static Redial redial(long seed) {
        return new Redial(Pacing.from(Duration.ofMillis(20)), new SplittableRandom(seed));
    }

    @ParameterizedTest
    @CsvSource({
        "0,50",
        "49,50",
        "50,100",
        "199,200",
        "200,300",
        "399,400",
        "400,600",
        "799,800",
        "800,1200",
        "5000,5200"
    })
    void beatsAreCommonToBothPeersAndGrowApart(long now, long beat) {
        assertThat(Redial.beatAfter(now * MS)).isEqualTo(beat * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aBurstIsQuickAndJitteredAndTheNextOneWaitsForTheBeat(long seed) {
        Redial redial = redial(seed);
        List<Long> pauses = new ArrayList<>();
        long now = 2 * MS;
        for (int i = 0; i < 5; i++) {
            long next = redial.next(Failure.REFUSED, 2 * MS, now);
            pauses.add(next - now);
            now = next + 2 * MS;
        }

        assertThat(pauses.subList(0, 4)).allMatch(pause -> pause >= 0 && pause < 2 * MS);
        assertThat(pauses.subList(0, 4).stream().distinct()).hasSizeGreaterThan(1);
        assertThat(now).isEqualTo(52 * MS);
    }

    @Test
    void anAttemptThatWouldMissTheBeatWaitsForIt() {
        Redial redial = redial(4);

        assertThat(redial.next(Failure.REFUSED, 80 * MS, 80 * MS)).isEqualTo(100 * MS);
        assertThat(redial.next(Failure.REFUSED, 80 * MS, 180 * MS)).isEqualTo(200 * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 20, 100, 800})
    void refusalsForGoodUseTheAttemptsUpInNoLessThanSeconds(long roundTrip) {
        Redial redial = redial(5);
        long now = 0;
        for (int i = 0; i < Redial.MAX_ATTEMPTS; i++) {
            long next = redial.next(Failure.REFUSED, roundTrip * MS, now + roundTrip * MS);
            assertThat(next).isGreaterThanOrEqualTo(now + roundTrip * MS);
            now = next;
        }

        assertThat(now).isGreaterThan(4000 * MS);
    }

    @Test
    void anAttemptWithoutAnswerIsMadeAnewAtOnceWithTwiceTheTime() {
        Redial redial = redial(6);
        List<Long> deadlines = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            deadlines.add(redial.deadline() / MS);
            assertThat(redial.next(Failure.NO_ANSWER, redial.deadline(), 7 * MS))
                    .isEqualTo(7 * MS);
        }

        assertThat(deadlines).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 4000L);
    }

    @Test
    void aHostWithoutRouteIsNotHurried() {
        assertThat(redial(7).next(Failure.NO_ROUTE, 0, 0)).isEqualTo(400 * MS);
    }

    @ParameterizedTest
    @CsvSource({"0,250", "41,250", "50,300", "400,2400", "5000,4000"})
    void theFirstDeadlineIsThreePeerRoundTripsWithinBounds(long relayRoundTrip, long deadline) {
        Pacing pacing = Pacing.from(Duration.ofMillis(relayRoundTrip));

        assertThat(pacing.firstDeadline()).isEqualTo(Duration.ofMillis(deadline));
        assertThat(pacing.sinceMeeting())
                .isEqualTo(Duration.ofMillis(relayRoundTrip).dividedBy(2));
    }

    @Test
    void aPacingWithoutTimeIsRefused() {
        assertThatThrownBy(() -> new Pacing(Duration.ZERO, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pacing(Duration.ofMillis(1), Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
