package dev.posthouse.net.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.LimitExceeded;
import dev.posthouse.testkit.Background;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is held is counted to the byte, never past a limit, and who waits for it gets it or is told. */
class MemoryBudgetTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    @Test
    void eachOwnerHasItsShareAndAllTogetherTheWhole() {
        var budget = new MemoryBudget(100, 40);
        Holding one = budget.open("one");
        Holding again = budget.open("one");
        Holding two = budget.open("two");
        Holding three = budget.open("three");

        assertThat(one.tryTake(30)).isTrue();
        assertThat(again.tryTake(11)).as("more than one owner may have").isFalse();
        assertThat(again.tryTake(10)).isTrue();
        assertThat(two.tryTake(40)).isTrue();
        assertThat(three.tryTake(21)).as("more than all may have").isFalse();
        assertThat(three.tryTake(20)).isTrue();
        assertThat(budget.held()).isEqualTo(100);
        assertThat(budget.held("one")).isEqualTo(40);

        one.give(30);
        assertThat(three.tryTake(20)).isTrue();
        assertThat(three.tryTake(1)).isFalse();
    }

    @Test
    void closingGivesEverythingBackAndForgetsTheOwner() {
        var budget = new MemoryBudget(100, 0);
        Holding one = budget.open("one");
        Holding again = budget.open("one");
        assertThat(one.tryTake(70)).isTrue();
        one.close();
        one.close();
        assertThat(budget.held()).isZero();
        assertThat(budget.owners()).isEqualTo(1);
        again.close();
        assertThat(budget.owners()).isZero();
        // Whoever still works for it is about to end, and is not counted any more.
        assertThat(one.tryTake(1_000)).isTrue();
        one.give(1_000);
        assertThat(budget.held()).isZero();
    }

    @Test
    void nobodyGivesBackMoreThanItHas() {
        var budget = new MemoryBudget(100, 0);
        Holding one = budget.open("one");
        Holding two = budget.open("two");
        assertThat(one.tryTake(10)).isTrue();
        assertThat(two.tryTake(10)).isTrue();
        one.give(50);
        assertThat(budget.held()).isEqualTo(10);
        assertThat(one.held()).isZero();
    }

    @Test
    void whoWaitsGetsWhatIsGivenBack() {
        var budget = new MemoryBudget(100, 0, LONG);
        Holding one = budget.open("one");
        Holding two = budget.open("two");
        assertThat(one.tryTake(100)).isTrue();
        var waiting = Background.run(() -> two.take(60, "a test"));
        waiting.awaitBlocked();
        one.give(50);
        waiting.awaitBlocked();
        one.give(10);
        waiting.result();
        assertThat(budget.held()).isEqualTo(100);
    }

    @Test
    void whoWaitsGetsWhatItsOwnConnectionGivesBack() {
        var budget = new MemoryBudget(100, 0, LONG);
        Holding one = budget.open("one");
        assertThat(one.tryTake(100)).isTrue();
        var waiting = Background.run(() -> one.take(60, "a test"));
        waiting.awaitBlocked();
        one.give(60);
        waiting.result();
        assertThat(one.held()).isEqualTo(100);
    }

    @Test
    void whoWaitsGetsWhatAnotherConnectionsEndOrAHigherLimitSetsFree() {
        var budget = new MemoryBudget(100, 0, LONG);
        Holding one = budget.open("one");
        Holding two = budget.open("two");
        assertThat(one.tryTake(100)).isTrue();
        var waiting = Background.run(() -> two.take(60, "a test"));
        waiting.awaitBlocked();
        one.close();
        waiting.result();

        var next = Background.run(() -> two.take(60, "a test"));
        next.awaitBlocked();
        budget.limits(120, 0);
        next.result();
    }

    @Test
    void whoWaitsInVainIsTold() {
        var budget = new MemoryBudget(100, 0, AT_ONCE);
        Holding one = budget.open("one");
        assertThatThrownBy(() -> one.take(101, "a message"))
                .isInstanceOf(LimitExceeded.class)
                .hasMessageContaining("no 101 bytes for a message");
        assertThat(budget.held()).isZero();
    }

    @Test
    void whoIsInterruptedWhileItWaitsTakesNothing() {
        var budget = new MemoryBudget(100, 0, LONG);
        Holding one = budget.open("one");
        var waiting = Background.run(() -> one.take(101, "a test"));
        waiting.awaitBlocked();
        waiting.interrupt();
        assertThat(waiting.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(budget.held()).isZero();
    }

    @Test
    void movingToAnotherOwnerTakesWhatIsHeldAlong() {
        var budget = new MemoryBudget(0, 40);
        Holding proxy = budget.open("proxy");
        Holding peer = budget.open("peer");
        assertThat(proxy.tryTake(30)).isTrue();
        assertThat(proxy.moveTo("peer")).isTrue();
        assertThat(budget.held("proxy")).isZero();
        assertThat(budget.held("peer")).isEqualTo(30);
        assertThat(peer.tryTake(11)).isFalse();

        Holding other = budget.open("proxy");
        assertThat(other.tryTake(20)).isTrue();
        assertThat(other.moveTo("peer")).as("past what it may have").isFalse();
        assertThat(budget.held("proxy")).isEqualTo(20);
        assertThat(budget.held("peer")).isEqualTo(30);
        proxy.close();
        peer.close();
        other.close();
        assertThat(budget.owners()).isZero();
        assertThat(budget.held()).isZero();
    }

    @Test
    void itIsCrowdedPastHalfOfAShareAndPastSevenEighthsOfTheWhole() {
        var budget = new MemoryBudget(800, 100);
        Holding one = budget.open("one");
        assertThat(one.tryTake(50)).isTrue();
        assertThat(one.isCrowded()).isFalse();
        assertThat(one.tryTake(1)).isTrue();
        assertThat(one.isCrowded()).isTrue();

        Holding idle = budget.open("idle");
        List<Holding> others = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Holding other = budget.open("other " + i);
            assertThat(other.tryTake(i < 6 ? 100 : 49)).isTrue();
            others.add(other);
        }
        assertThat(idle.isCrowded()).isFalse();
        assertThat(others.getLast().tryTake(1)).isTrue();
        assertThat(idle.isCrowded()).isTrue();
    }

    @Test
    void whatIsNotCountedHasNoBounds() throws Exception {
        Holding free = Holding.uncounted();
        free.take(Long.MAX_VALUE, "a test");
        free.give(7);
        assertThat(free.isCrowded()).isFalse();
        assertThat(free.moveTo("somebody")).isTrue();
        free.close();
    }

    @Test
    void heldMessageGivesBackWhatTheMessageBeforeItTook() throws Exception {
        var budget = new MemoryBudget(0, 0);
        var held = new HeldMessage(budget.open("one"));
        held.begin();
        held.take(10);
        held.take(5);
        assertThat(budget.held()).isEqualTo(15);
        held.begin();
        assertThat(budget.held()).isZero();
        held.take(3);
        assertThat(budget.held()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"67108864, 8388608", "16777216, 4194304", "1610612736, 100663296", "1048576, 262144"})
    void oneOwnerGetsASixteenthOrEnoughForLongMessages(long inAll, long one) {
        assertThat(MemoryBudget.forOwner(inAll)).isEqualTo(one);
    }

    @Test
    void negativeLimitsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBudget(-1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBudget(0, -1));
    }

    /** Threads take, wait, give back, move and close at random: never past a limit, and nothing is left. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void countsStayRightHoweverManyTakeAndGive(long seed) {
        var budget = new MemoryBudget(1_000, 300, LONG);
        var most = new AtomicLong();
        List<Background<?>> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            var random = new SplittableRandom(seed * 100 + t);
            threads.add(Background.run(() -> {
                for (int i = 0; i < 2_000; i++) {
                    try (Holding holding = budget.open("owner " + random.nextInt(4))) {
                        int bytes = 1 + random.nextInt(200);
                        if (random.nextBoolean()) {
                            holding.take(bytes, "a test");
                        } else if (!holding.tryTake(bytes)) {
                            continue;
                        }
                        most.accumulateAndGet(budget.held(), Math::max);
                        switch (random.nextInt(4)) {
                            case 0 -> holding.give(bytes);
                            case 1 -> holding.give(bytes / 2);
                            case 2 -> {
                                boolean _ = holding.moveTo("owner " + random.nextInt(4));
                            }
                            default -> {}
                        }
                    }
                }
            }));
        }
        threads.forEach(Background::result);
        assertThat(most.get()).as("seed %d", seed).isPositive();
        assertThat(budget.held()).as("seed %d", seed).isZero();
        assertThat(budget.owners()).as("seed %d", seed).isZero();
    }
}
