package dev.posthouse.relay.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.relay.splice.Meter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which circuits share which meters, and for how long. */
class MeteringTest {

    private static final AddressKey A = AddressKey.of(InetAddress.ofLiteral("192.0.2.1"));
    private static final AddressKey B = AddressKey.of(InetAddress.ofLiteral("192.0.2.2"));
    private static final AddressKey C = AddressKey.of(InetAddress.ofLiteral("192.0.2.3"));

    private static Metering metering(Limits.Builder limits) {
        return new Metering(new Admission(limits.build()));
    }

    /** Takes for good. */
    private static int use(Meter meter, int want) {
        int taken = meter.take(want, System.nanoTime());
        if (taken > 0) {
            meter.settle(taken, 0);
        }
        return taken;
    }

    @Test
    void withoutLimitsThereAreNoMeters() {
        assertThat(metering(Limits.builder()).use(A, B).meters()).isEmpty();
    }

    @Test
    void limitsOfACircuitAreItsOwn() {
        Metering metering = metering(Limits.builder().bytesPerCircuit(10));
        Meter one = metering.use(A, B).meters().getFirst();
        Meter other = metering.use(A, B).meters().getFirst();
        assertThat(use(one, 100)).isEqualTo(10);
        assertThat(use(one, 1)).isEqualTo(Meter.EXHAUSTED);
        assertThat(use(other, 100)).isEqualTo(10);
    }

    @Test
    void circuitsOfAnAddressShareItsAllowanceAndOthersDoNot() {
        Metering metering = metering(Limits.builder().bytesPerAddress(10));
        List<Meter> ab = metering.use(A, B).meters();
        List<Meter> ca = metering.use(C, A).meters();
        List<Meter> aa = metering.use(A, A).meters();
        assertThat(ab).hasSize(2);
        assertThat(ca).hasSize(2);
        assertThat(aa).as("a circuit between an address and itself counts once").hasSize(1);
        assertThat(ab.getFirst()).isSameAs(ca.getLast()).isSameAs(aa.getFirst());
        assertThat(ab.getLast()).isNotSameAs(ca.getFirst());
    }

    @Test
    void allCircuitsShareTheLimitsInAll() {
        Metering metering = metering(Limits.builder().bytesInAll(10).rateInAll(1_000));
        List<Meter> one = metering.use(A, B).meters();
        assertThat(metering.use(C, C).meters()).isEqualTo(one).hasSize(2);
    }

    @Test
    void allowanceOutlivesItsCircuitsAndARateDoesNot() {
        Metering metering = metering(Limits.builder().bytesPerAddress(10).ratePerAddress(1_000));
        Metering.Use first = metering.use(A, A);
        Meter rate = first.meters().getFirst();
        Meter allowance = first.meters().getLast();
        assertThat(use(allowance, 4)).isEqualTo(4);
        first.close();
        Metering.Use again = metering.use(A, A);
        assertThat(again.meters()).contains(allowance);
        assertThat(use(allowance, 100)).isEqualTo(6);
        assertThat(use(allowance, 1)).isEqualTo(Meter.EXHAUSTED);
        again.close();

        Metering.Use untouched = metering.use(B, B);
        Meter allowanceOfB = untouched.meters().getLast();
        untouched.close();
        assertThat(metering.use(B, B).meters())
                .as("nothing was used: nothing is remembered")
                .doesNotContain(allowanceOfB, rate);
    }

    @Test
    void changedLimitHoldsForCircuitsThatAreOpenedAfterwards() {
        var admission = new Admission(Limits.builder().ratePerAddress(1_000).build());
        var metering = new Metering(admission);
        Metering.Use before = metering.use(A, B);
        assertThat(metering.use(A, B).meters()).isEqualTo(before.meters());
        admission.limits(Limits.builder().ratePerAddress(2_000).build());
        Metering.Use after = metering.use(A, B);
        assertThat(after.meters()).hasSize(2).doesNotContainAnyElementsOf(before.meters());
        admission.limits(Limits.DEFAULT);
        assertThat(metering.use(A, B).meters()).isEmpty();
        // Those that were opened under the old limits give back what they have taken.
        before.close();
        after.close();
    }

    @Test
    void addressesWhoseAllowanceIsWholeAgainAreForgotten() {
        Metering metering = metering(Limits.builder().bytesPerAddress(10).period(Duration.ofNanos(1)));
        List<Meter> seen = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            var key = new AddressKey(i, true);
            try (Metering.Use use = metering.use(key, key)) {
                seen.add(use.meters().getFirst());
                use(use.meters().getFirst(), 5);
            }
        }
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(metering.remembered()).isZero();
    }

    @Test
    void addressesThatOweAreRememberedAndSweptOnceTheirPeriodIsOver() {
        var admission = new Admission(
                Limits.builder().bytesPerAddress(10).period(Duration.ofDays(1)).build());
        var metering = new Metering(admission);
        for (int i = 0; i < 100; i++) {
            owe(metering, new AddressKey(i, true));
        }
        assertThat(metering.remembered()).isEqualTo(100);
        admission.limits(Limits.builder()
                .bytesPerAddress(10)
                .period(Duration.ofMillis(1))
                .build());
        int most = 0;
        for (int i = 0; metering.remembered() >= most; i++) {
            most = metering.remembered();
            assertThat(most).as("addresses without a sweep").isLessThan(200_000);
            owe(metering, new AddressKey(i, false));
        }
        // The hundred stay for their day.
        assertThat(metering.remembered()).isBetween(100, most - 1);
    }

    private static void owe(Metering metering, AddressKey key) {
        try (Metering.Use use = metering.use(key, key)) {
            use(use.meters().getFirst(), 5);
        }
    }

    // ---- the allowance of a period

    private static final long SECOND = 1_000_000_000;

    @Test
    void allowanceComesBackWithTheNextPeriod() {
        var allowance = new PeriodAllowance(10, Duration.ofSeconds(1), 0);
        assertThat(allowance.take(6, 0)).isEqualTo(6);
        allowance.settle(6, 0);
        assertThat(allowance.take(6, SECOND - 1)).isEqualTo(4);
        allowance.settle(4, 0);
        assertThat(allowance.take(1, SECOND - 1)).isEqualTo(Meter.EXHAUSTED);
        assertThat(allowance.take(100, SECOND)).isEqualTo(10);
    }

    @Test
    void whatWasTakenAndNotUsedComesBack() {
        var allowance = new PeriodAllowance(10, Duration.ofSeconds(1), 0);
        assertThat(allowance.take(10, 0)).isEqualTo(10);
        allowance.settle(3, 7);
        assertThat(allowance.take(100, 0)).isEqualTo(7);
    }

    /** Another circuit holds the rest for an instant and may give it back: no reason to end this one. */
    @Test
    void allowanceThatIsMerelyTakenIsNotUsedUp() {
        var allowance = new PeriodAllowance(10, Duration.ofSeconds(1), 0);
        assertThat(allowance.take(10, 0)).isEqualTo(10);
        assertThat(allowance.take(1, 0)).isZero();
        assertThat(allowance.retryAfter(0)).isPositive();
        allowance.settle(0, 10);
        assertThat(allowance.take(1, 0)).isEqualTo(1);
        allowance.settle(1, 0);
        assertThat(allowance.take(9, 0)).isEqualTo(9);
        allowance.settle(9, 0);
        assertThat(allowance.take(1, 0)).isEqualTo(Meter.EXHAUSTED);
    }

    @Test
    void whatComesBackAfterItsPeriodNeverMakesMoreThanAPeriodsWorth() {
        var allowance = new PeriodAllowance(10, Duration.ofSeconds(1), 0);
        assertThat(allowance.take(10, 0)).isEqualTo(10);
        assertThat(allowance.take(4, SECOND)).isEqualTo(4);
        allowance.settle(0, 10);
        allowance.settle(4, 0);
        assertThat(allowance.take(100, SECOND)).isLessThanOrEqualTo(10);
        assertThat(allowance.untouched(2 * SECOND)).isTrue();
    }
}
