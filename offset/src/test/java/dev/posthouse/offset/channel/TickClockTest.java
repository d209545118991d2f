package dev.posthouse.offset.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class TickClockTest {

    private static final Duration SHORT = Duration.ofMillis(1);

    @Test
    void callsEverybodyAgainAndAgain() throws InterruptedException {
        var one = new CountDownLatch(5);
        var other = new CountDownLatch(5);
        try (TickClock clock = TickClock.start(SHORT)) {
            Runnable same = one::countDown;
            clock.each(same);
            clock.each(same);
            clock.each(other::countDown);
            assertThat(one.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(other.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(clock.length()).isEqualTo(SHORT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {IllegalStateException.class, OutOfMemoryError.class, StackOverflowError.class, LinkageError.class
            })
    void oneThatFailsKeepsNobodyElseFromBeingCalled(Class<? extends Throwable> kind) throws Exception {
        Throwable failure = kind.getConstructor(String.class).newInstance("made to fail");
        var others = new CountDownLatch(5);
        var again = new CountDownLatch(5);
        try (TickClock clock = TickClock.start(SHORT)) {
            clock.each(() -> {
                again.countDown();
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            });
            clock.each(others::countDown);
            assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closedRegistrationIsNotCalledAnyMore() throws InterruptedException {
        var calls = new AtomicInteger();
        var after = new CountDownLatch(3);
        try (TickClock clock = TickClock.start(SHORT)) {
            Ticks.Registration registration = clock.each(calls::incrementAndGet);
            registration.close();
            registration.close();
            int atMost = calls.get() + 1;
            clock.each(after::countDown);
            assertThat(after.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(calls.get()).isLessThanOrEqualTo(atMost);
        }
    }

    @Test
    void tickIsLongerThanZero() {
        assertThatThrownBy(() -> TickClock.start(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
