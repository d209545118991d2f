package dev.posthouse.net.punch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class AttemptBudgetTest {

    private static final long SECOND = 1_000_000_000L;

    private static int taken(AttemptBudget budget, long now) {
        int count = 0;
        while (budget.take(now)) {
            count++;
        }
        return count;
    }

    @Test
    void aBurstAndThenSoManyInASecond() {
        var budget = new AttemptBudget();

        assertThat(taken(budget, 0)).isEqualTo(AttemptBudget.BURST);
        assertThat(budget.nextAt(0)).isEqualTo(SECOND / AttemptBudget.PER_SECOND);
        assertThat(taken(budget, SECOND)).isEqualTo(AttemptBudget.PER_SECOND);
        assertThat(taken(budget, 3 * SECOND)).isEqualTo(2 * AttemptBudget.PER_SECOND);
    }

    @Test
    void itNeverHoldsMoreThanTheBurst() {
        var budget = new AttemptBudget();
        assertThat(taken(budget, 0)).isEqualTo(AttemptBudget.BURST);

        assertThat(taken(budget, 1_000 * SECOND)).isEqualTo(AttemptBudget.BURST);
        assertThat(budget.take(1_000 * SECOND)).isFalse();
        assertThat(budget.take(budget.nextAt(1_000 * SECOND))).isTrue();
    }
}
