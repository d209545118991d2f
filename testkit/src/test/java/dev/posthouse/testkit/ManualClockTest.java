package dev.posthouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    private final ManualClock clock = new ManualClock();
    private final List<String> ran = new ArrayList<>();

    @Test
    void timeStandsStillUntilItIsMoved() {
        Instant start = clock.instant();
        long nanos = clock.nanoTime();

        clock.advance(Duration.ofSeconds(7));

        assertThat(clock.instant()).isEqualTo(start.plusSeconds(7));
        assertThat(clock.nanoTime() - nanos).isEqualTo(7_000_000_000L);
        assertThat(clock.nanoTime()).as("overflows on purpose").isNegative();
    }

    @Test
    void tasksRunInTheOrderInWhichTheyAreDueAndSeeTheirOwnTime() {
        clock.schedule(Duration.ofSeconds(2), () -> ran.add("b at " + clock.elapsed()));
        clock.schedule(Duration.ofSeconds(2), () -> ran.add("c at " + clock.elapsed()));
        clock.schedule(Duration.ofSeconds(1), () -> ran.add("a at " + clock.elapsed()));

        clock.advance(Duration.ofMillis(1999));
        assertThat(ran).containsExactly("a at PT1S");
        assertThat(clock.pending()).isEqualTo(2);

        clock.advance(Duration.ofHours(1));
        assertThat(ran).containsExactly("a at PT1S", "b at PT2S", "c at PT2S");
    }

    @Test
    void aTaskMayScheduleAnotherWithinTheSameMove() {
        clock.schedule(Duration.ofSeconds(1), () -> {
            ran.add("first");
            clock.schedule(Duration.ofSeconds(1), () -> ran.add("second at " + clock.elapsed()));
        });

        clock.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("first", "second at PT2S");
    }

    @Test
    void aTaskThatIsTakenBackDoesNotRun() {
        ManualClock.Scheduled scheduled = clock.schedule(Duration.ofSeconds(1), () -> ran.add("x"));

        assertThat(scheduled.cancel()).isTrue();
        assertThat(scheduled.cancel()).isFalse();
        clock.advance(Duration.ofSeconds(5));

        assertThat(ran).isEmpty();
    }

    @Test
    void timeDoesNotGoBack() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> clock.schedule(Duration.ofNanos(-1), () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
