package dev.posthouse.net.budget;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.Schedules;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link MemoryBudget} under a search through its schedules: no limit is passed, and in the end nothing is held. */
@Tag(Schedules.TAG)
class MemoryBudgetScheduleTest {

    private static final long IN_ALL = 10;
    private static final long FOR_ONE = 8;

    /** All that the threads of a program share. */
    private static final class Shared {
        private final MemoryBudget budget = new MemoryBudget(IN_ALL, FOR_ONE);
        private final Holding one = budget.open("one");
        private final Holding two = budget.open("two");
        private final AtomicLong taken = new AtomicLong();

        void take(Holding holding, long bytes) {
            if (holding.tryTake(bytes)) {
                taken.addAndGet(bytes);
            }
        }

        void assertWithinLimits() {
            if (budget.held() > IN_ALL || budget.held("one") > FOR_ONE || budget.held("two") > FOR_ONE) {
                throw new AssertionError("past a limit: " + budget.held());
            }
        }

        void assertNothingIsLeft() {
            one.close();
            two.close();
            same("held", 0, budget.held());
            same("held by one", 0, budget.held("one"));
            same("held by two", 0, budget.held("two"));
            same("owners", 0, budget.owners());
        }
    }

    @Test
    void whatIsTakenStaysWithinTheLimitsAndIsCounted() {
        Schedules.search(Shared::new, shared -> {
            together(
                    () -> shared.take(shared.one, 6),
                    () -> shared.take(shared.two, 6),
                    () -> shared.assertWithinLimits());
            same("one of the two has room", 6, shared.taken.get());
            same("held", 6, shared.budget.held());
            shared.assertNothingIsLeft();
        });
    }

    @Test
    void givingAndClosingGiveBackOnce() {
        Schedules.search(Shared::new, shared -> {
            shared.take(shared.one, 6);
            together(() -> shared.one.give(4), () -> shared.one.close(), () -> shared.one.tryTake(1));
            shared.assertNothingIsLeft();
        });
    }

    @Test
    void movingMeetsClosingAndTaking() {
        Schedules.search(Shared::new, shared -> {
            shared.take(shared.one, 4);
            together(() -> shared.one.moveTo("two"), () -> shared.one.close(), () -> shared.take(shared.two, 2));
            shared.assertNothingIsLeft();
        });
    }

    /** The mistake: the limit is looked at once, and not again when the bytes are counted. */
    private static void takeLookingOnce(AtomicLong held, long bytes) {
        if (held.get() + bytes <= IN_ALL) {
            held.addAndGet(bytes);
        }
    }

    @Test
    void searchFindsABudgetThatLooksOnce() {
        assertThat(Schedules.mistake(AtomicLong::new, held -> {
                    together(() -> takeLookingOnce(held, 6), () -> takeLookingOnce(held, 6));
                    same("held", 6, held.get());
                }))
                .contains("held: 12 instead of 6");
    }
}
