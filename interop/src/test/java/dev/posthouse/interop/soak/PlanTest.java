package dev.posthouse.interop.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {

    @Test
    void anHourIsTheDefault() {
        Plan plan = Plan.of(Map.of("SOAK_SEED", "7"));

        assertThat(plan).isEqualTo(new Plan(Duration.ofHours(1), 7));
        assertThat(plan.phase()).isEqualTo(Duration.ofMinutes(4));
        assertThat(plan.look()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aMinuteIsDrainedThreeTimes() {
        Plan plan = Plan.of(Map.of("SOAK_MINUTES", "1", "SOAK_SEED", "7"));

        assertThat(plan.time().dividedBy(plan.phase())).isEqualTo(3);
        assertThat(plan.look()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void itSaysHowToRunTheSameAgain() {
        assertThat(Plan.of(Map.of("SOAK_MINUTES", "20", "SOAK_SEED", "7"))).hasToString("--minutes 20 --seed 7");
    }
}
