package dev.posthouse.relay.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many connections a descriptor limit allows. */
class DescriptorsTest {

    @Test
    void newcomersAreRefusedPastFourFifthsAndClosedJustBeforeTheEnd() {
        var descriptors = new Descriptors(1_000, 30);
        assertThat(descriptors.softLimit()).isEqualTo(770);
        assertThat(descriptors.hardLimit()).isEqualTo(920);
    }

    @Test
    void processThatHasNearlyUsedThemUpTakesOneAfterAnother() {
        var descriptors = new Descriptors(100, 99);
        assertThat(descriptors.softLimit()).isEqualTo(1);
        assertThat(descriptors.hardLimit()).isEqualTo(1);
    }

    @Test
    void systemThatNamesNoLimitHasNone() {
        var descriptors = new Descriptors(Long.MAX_VALUE, 0);
        assertThat(descriptors.softLimit()).isEqualTo(Long.MAX_VALUE);
        assertThat(descriptors.hardLimit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void thisProcessHasSome() {
        Descriptors now = Descriptors.ofThisProcess();
        assertThat(now.limit()).isPositive();
        assertThat(now.inUse()).isLessThan(now.limit());
    }
}
