package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeterTest {

    private static final long SECOND = 1_000_000_000;
    private static final long MILLI = 1_000_000;

    @Nested
    class Rate {

        private static final long NOW = closeToTheWrap();

        /** The clock may start anywhere, so that only differences count. A method, or the compiler sees the overflow. */
        private static long closeToTheWrap() {
            return Long.MAX_VALUE - SECOND / 2;
        }

        @Test
        void aSecondsWorthIsThereAtTheStart() {
            Meter meter = new TokenBucket(1000, NOW);

            assertThat(meter.take(600, NOW)).isEqualTo(600);
            assertThat(meter.take(600, NOW)).isEqualTo(400);
            assertThat(meter.take(600, NOW)).isZero();
        }

        @Test
        void timeFillsItAgainUpToASecondsWorth() {
            Meter meter = new TokenBucket(1000, NOW);
            assertThat(meter.take(1000, NOW)).isEqualTo(1000);

            assertThat(meter.take(1000, NOW + 250 * MILLI)).isEqualTo(250);
            assertThat(meter.take(9999, NOW + 3600 * SECOND)).isEqualTo(1000);
            assertThat(meter.take(9999, NOW + 3600 * SECOND)).isZero();
        }

        @Test
        void whatWasNotUsedCanBeTakenAgain() {
            Meter meter = new TokenBucket(1000, NOW);
            assertThat(meter.take(1000, NOW)).isEqualTo(1000);

            meter.settle(100, 900);

            assertThat(meter.take(1000, NOW)).isEqualTo(900);
        }

        @Test
        void itSaysWhenAskingAgainMakesSense() {
            Meter meter = new TokenBucket(100_000, NOW);
            assertThat(meter.take(100_000, NOW)).isEqualTo(100_000);

            long later = NOW + meter.retryAfter(NOW);

            assertThat(later).isEqualTo(NOW + 10 * MILLI);
            assertThat(meter.take(100_000, later - 1)).isZero();
            assertThat(meter.take(100_000, later)).isEqualTo(1000);
        }

        @Test
        void littleIsGivenToWhoWantsLittle() {
            Meter meter = new TokenBucket(100_000, NOW);
            assertThat(meter.take(100_000, NOW)).isEqualTo(100_000);

            assertThat(meter.take(5, NOW + MILLI)).isEqualTo(5);
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 3, 1000, 123_457, 999_999_937L, Meter.FASTEST_RATE})
        void neverMoreThanTheRateAndHardlyLess(long rate) {
            var random = new SplittableRandom(rate);
            Meter meter = new TokenBucket(rate, NOW);
            long now = NOW;
            long taken = 0;
            long seconds = 20;
            while (now - NOW < seconds * SECOND) {
                int got;
                while ((got = meter.take(1 + random.nextInt(1 << 20), now)) > 0) {
                    int unused = random.nextInt(got + 1);
                    meter.settle(got - unused, unused);
                    taken += got - unused;
                }
                now += meter.retryAfter(now);
            }
            double allowed = rate * ((now - NOW) / (double) SECOND + 1);
            assertThat((double) taken).isLessThanOrEqualTo(allowed + 1).isGreaterThan(allowed * 0.9 - rate * 0.02 - 1);
        }

        @ParameterizedTest
        @ValueSource(longs = {0, -1, Meter.FASTEST_RATE + 1})
        void aRateOutOfBoundsIsRefused(long rate) {
            assertThatThrownBy(() -> Meter.rate(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not " + rate);
        }
    }

    @Nested
    class AnAllowance {

        @Test
        void isExhaustedWhenAllIsUsed() {
            Meter meter = Meter.allowance(10);

            assertThat(meter.take(7, 0)).isEqualTo(7);
            meter.settle(7, 0);
            assertThat(meter.take(7, 0)).isEqualTo(3);
            meter.settle(3, 0);
            assertThat(meter.take(7, 0)).isEqualTo(Meter.EXHAUSTED);
        }

        @Test
        void isNotExhaustedWhileSomethingMayComeBack() {
            Meter meter = Meter.allowance(10);
            assertThat(meter.take(10, 0)).isEqualTo(10);

            assertThat(meter.take(1, 0)).isZero();
            assertThat(meter.retryAfter(0)).isPositive();
            meter.settle(0, 4);
            assertThat(meter.take(9, 0)).isEqualTo(4);
        }

        @Test
        void isUsedUpExactlyByManyThreads() throws Exception {
            long bytes = 3_000_017;
            Meter meter = Meter.allowance(bytes);
            var used = new AtomicLong();
            try (var threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    var random = new SplittableRandom(i);
                    running.add(threads.submit(() -> {
                        int got;
                        while ((got = meter.take(1 + random.nextInt(5000), 0)) != Meter.EXHAUSTED) {
                            int passed = random.nextInt(got + 1);
                            meter.settle(passed, got - passed);
                            used.addAndGet(passed);
                        }
                    }));
                }
                for (Future<?> each : running) {
                    each.get();
                }
            }
            assertThat(used).hasValue(bytes);
        }

        @ParameterizedTest
        @ValueSource(longs = {-1, Meter.LARGEST_ALLOWANCE + 1})
        void outOfBoundsIsRefused(long bytes) {
            assertThatThrownBy(() -> Meter.allowance(bytes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not " + bytes);
        }
    }

    @Nested
    class Several {

        private final FakeMeter first = new FakeMeter();
        private final FakeMeter second = new FakeMeter();

        private Meter both() {
            Meter chain = MeterChain.of(List.of(first, second));
            assertThat(chain).isInstanceOf(MeterChain.class);
            return Objects.requireNonNull(chain);
        }

        @Test
        void allowTheLeastOfAll() {
            first.grant(10);
            second.grant(4);

            assertThat(both().take(7, 0)).isEqualTo(4);
            assertThat(first.granted()).isEqualTo(6);
            assertThat(second.granted()).isZero();
        }

        @Test
        void allowNothingWhereOneDoesNot() {
            first.grant(10);

            assertThat(both().take(7, 0)).isZero();
            assertThat(first.granted()).isEqualTo(10);
        }

        @Test
        void areExhaustedWhereOneIs() {
            first.grant(10);
            Meter chain = Objects.requireNonNull(MeterChain.of(List.of(first, Meter.allowance(0))));

            assertThat(chain.take(7, 0)).isEqualTo(Meter.EXHAUSTED);
            assertThat(first.granted()).isEqualTo(10);
        }

        @Test
        void areSettledTogether() {
            first.grant(10);
            second.grant(10);
            Meter chain = both();
            assertThat(chain.take(7, 0)).isEqualTo(7);

            chain.settle(5, 2);

            assertThat(first.used()).isEqualTo(5);
            assertThat(second.used()).isEqualTo(5);
            assertThat(first.granted()).isEqualTo(5);
            assertThat(second.granted()).isEqualTo(5);
        }
    }
}
