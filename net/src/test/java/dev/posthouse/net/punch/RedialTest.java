package dev.posthouse.net.punch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class RedialTest {

    private static final long MS = 1_000_000;

    private static Redial redial(boolean mayBeNat, long seed) {
        return new Redial(Pacing.from(Duration.ofMillis(20)), mayBeNat, new SplittableRandom(seed));
    }

    /** When tries start if each is refused after {@code roundTrip}, until {@code end}; all in nanoseconds. */
    private static List<Long> starts(Redial redial, long roundTrip, long end) {
        List<Long> starts = new ArrayList<>();
        long now = 0;
        while (now < end) {
            starts.add(now);
            now = redial.next(Failure.REFUSED, now, now + roundTrip);
        }
        return starts;
    }

    @ParameterizedTest
    @EnumSource(
            value = Failure.class,
            names = {"REFUSED", "UNREACHABLE"})
    void aRefusedTryIsFollowedByTheNextAtOnceForTenRoundTrips(Failure why) {
        Redial redial = redial(true, 1);
        long roundTrip = 40 * MS;
        for (long started = 0; started < 10 * roundTrip; started += roundTrip) {
            assertThat(redial.next(why, started, started + roundTrip)).isEqualTo(started + roundTrip);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void peersBehindResettingNatsCrossHoweverUnequalTheirWaysAndStarts(long seed) {
        // Their SYNs cross if they leave within the one-way time of each other; a refusal takes one to and fro.
        for (long oneWay : List.of(MS, 10 * MS, 40 * MS, 400 * MS)) {
            for (long late : List.of(0L, oneWay / 2, 2 * oneWay, 10 * oneWay)) {
                List<Long> one = starts(redial(true, seed), 2 * oneWay, late + 40 * oneWay);
                List<Long> other = starts(redial(true, seed + 100), 2 * oneWay, 40 * oneWay);

                assertThat(one)
                        .as("seed %d, one way %d ms, late by %d ms", seed, oneWay / MS, late / MS)
                        .anyMatch(a -> other.stream().anyMatch(b -> Math.abs(a - b - late) < oneWay));
            }
        }
    }

    @Test
    void immediateRefusalsAreAnsweredQuicklyAtFirstThenEverMoreSlowlyAndNeverInStep() {
        List<Long> starts = starts(redial(true, 2), MS / 10, 20_000 * MS);
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < starts.size(); i++) {
            pauses.add(starts.get(i) - starts.get(i - 1));
        }

        assertThat(pauses.subList(0, 10)).allMatch(pause -> pause >= MS / 2 && pause <= 2 * MS);
        assertThat(pauses).doesNotHaveDuplicates().allMatch(pause -> pause <= 600 * MS);
        assertThat(starts.stream().filter(start -> start < 1000 * MS).count()).isBetween(60L, 110L);
        assertThat(starts.get(Redial.MAX_ATTEMPTS)).isGreaterThan(5000 * MS);
    }

    @Test
    void whereNoNatCanBeTriesAreFewFromTheStart() {
        assertThat(starts(redial(false, 3), 0, 1000 * MS)).hasSizeBetween(6, 16);
        assertThat(starts(redial(false, 3), 0, 10_000 * MS)).hasSizeLessThan(28);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aCandidateThatConnectsAndIsNotThePeerIsTriedEverMoreSlowly(long seed) {
        Redial redial = redial(true, seed);
        for (int times = 1; times <= Redial.MAX_REJECTIONS; times++) {
            long pause = (50 * MS) << (times - 1);
            assertThat(redial.afterRejection(times, 7 * MS) - 7 * MS).isBetween(pause / 2, pause + pause / 2);
        }
    }

    @Test
    void anAttemptWithoutAnswerIsMadeAnewAtOnceWithTwiceTheTime() {
        Redial redial = redial(true, 4);
        List<Long> deadlines = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            deadlines.add(redial.deadline() / MS);
            assertThat(redial.next(Failure.NO_ANSWER, 0, 7 * MS)).isEqualTo(7 * MS);
        }

        assertThat(deadlines).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 4000L);
    }

    @Test
    void aHostWithoutRouteIsNotHurried() {
        assertThat(redial(true, 5).next(Failure.NO_ROUTE, 0, 0)).isEqualTo(400 * MS);
    }

    @ParameterizedTest
    @CsvSource({"0,250", "41,250", "50,300", "400,2400", "5000,4000"})
    void theFirstDeadlineIsThreePeerRoundTripsWithinBounds(long relayRoundTrip, long deadline) {
        assertThat(Pacing.from(Duration.ofMillis(relayRoundTrip)).firstDeadline())
                .isEqualTo(Duration.ofMillis(deadline));
    }

    @Test
    void aPacingWithoutTimeIsRefused() {
        assertThatThrownBy(() -> new Pacing(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
