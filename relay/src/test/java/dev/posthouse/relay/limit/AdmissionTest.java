package dev.posthouse.relay.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.testkit.Background;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts are exact, for each address and in all, and a limit is never passed, however many ask at once. */
class AdmissionTest {

    private static final AddressKey A = key("192.0.2.1");
    private static final AddressKey B = key("192.0.2.2");
    private static final AddressKey C = key("192.0.2.3");

    private static AddressKey key(String address) {
        return AddressKey.of(InetAddress.ofLiteral(address));
    }

    private static Permit granted(Admission.Answer answer) {
        assertThat(answer).isInstanceOf(Admission.Answer.Granted.class);
        return ((Admission.Answer.Granted) answer).permit();
    }

    private static Reason denied(Admission.Answer answer) {
        assertThat(answer).isInstanceOf(Admission.Answer.Denied.class);
        return ((Admission.Answer.Denied) answer).reason();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "2001:db8:0:1::1, 2001:db8:0:1:ffff:ffff:ffff:ffff, true",
        "2001:db8:0:1::1, 2001:db8:0:2::1, false",
        "0.0.0.1, ::1, false",
        "0.0.0.0, ::1, false",
    })
    void addressIsAnIpv4AddressOrAnIpv6Network(String one, String other, boolean same) {
        assertThat(key(one).equals(key(other))).isEqualTo(same);
    }

    @Test
    void hostThatTakesMoreAddressesOfItsNetworkStaysOne() {
        var admission = new Admission(Limits.builder().waitingPerAddress(2).build());
        granted(admission.admitWaiting(key("2001:db8:0:1::1")));
        granted(admission.admitWaiting(key("2001:db8:0:1::2")));
        assertThat(denied(admission.admitWaiting(key("2001:db8:0:1:9:9:9:9")))).isEqualTo(Reason.LIMIT_PEER);
        granted(admission.admitWaiting(key("2001:db8:0:2::1")));
        assertThat(admission.waiting()).isEqualTo(3);
    }

    @Test
    void limitInAllHoldsForWhoeverComes() {
        var admission = new Admission(Limits.builder().waitingInAll(2).build());
        Permit first = granted(admission.admitWaiting(A));
        granted(admission.admitWaiting(B));
        assertThat(denied(admission.admitWaiting(C))).isEqualTo(Reason.LIMIT_TOTAL);
        first.close();
        first.close();
        assertThat(admission.waiting()).isEqualTo(1);
        granted(admission.admitWaiting(C));
        assertThat(denied(admission.admitWaiting(A))).isEqualTo(Reason.LIMIT_TOTAL);
    }

    @Test
    void refusedPeerCountsNowhere() {
        var admission = new Admission(
                Limits.builder().waitingPerAddress(1).waitingInAll(2).build());
        granted(admission.admitWaiting(A));
        for (int i = 0; i < 10; i++) {
            assertThat(denied(admission.admitWaiting(A))).isEqualTo(Reason.LIMIT_PEER);
        }
        granted(admission.admitWaiting(B));
        assertThat(admission.waiting()).isEqualTo(2);
    }

    @Test
    void circuitCountsAtBothOfItsAddressesAndOnceBetweenOneAndItself() {
        var admission = new Admission(Limits.builder().circuitsPerAddress(2).build());
        Permit own = granted(admission.admitCircuit(A, A));
        granted(admission.admitCircuit(A, B));
        assertThat(denied(admission.admitCircuit(A, C))).isEqualTo(Reason.LIMIT_PEER);
        assertThat(denied(admission.admitCircuit(C, A))).isEqualTo(Reason.LIMIT_PEER);
        // What was refused has left no trace at the address that still had room.
        granted(admission.admitCircuit(C, B));
        own.close();
        granted(admission.admitCircuit(A, C));
        assertThat(admission.circuits()).isEqualTo(3);
    }

    @Test
    void zeroMeansNoLimit() {
        var admission = new Admission(Limits.builder()
                .waitingInAll(0)
                .waitingPerAddress(0)
                .circuitsInAll(0)
                .circuitsPerAddress(0)
                .build());
        for (int i = 0; i < 20_000; i++) {
            granted(admission.admitWaiting(A));
            granted(admission.admitCircuit(A, B));
        }
        assertThat(admission.waiting()).isEqualTo(20_000);
        assertThat(admission.circuits()).isEqualTo(20_000);
    }

    @Test
    void changedLimitHoldsForWhateverComesNext() {
        var admission = new Admission(Limits.builder().waitingInAll(3).build());
        Permit one = granted(admission.admitWaiting(A));
        granted(admission.admitWaiting(B));
        admission.limits(Limits.builder().waitingInAll(1).build());
        assertThat(admission.waiting()).isEqualTo(2);
        assertThat(denied(admission.admitWaiting(C))).isEqualTo(Reason.LIMIT_TOTAL);
        one.close();
        assertThat(denied(admission.admitWaiting(C))).isEqualTo(Reason.LIMIT_TOTAL);
        admission.limits(Limits.builder().waitingInAll(2).build());
        granted(admission.admitWaiting(C));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noCountPassesItsLimitAndAllComeBackToNothing(long seed) throws Exception {
        int threads = 8;
        int total = 5;
        int each = 3;
        var admission = new Admission(
                Limits.builder().circuitsInAll(total).circuitsPerAddress(each).build());
        AddressKey[] keys = {A, B, C};
        var held = new AtomicInteger();
        var start = new CyclicBarrier(threads);
        List<Background<Integer>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            var random = new SplittableRandom(seed * 100 + t);
            all.add(Background.startOnPlatformThread(() -> {
                start.await();
                int most = 0;
                for (int i = 0; i < 20_000; i++) {
                    var answer = admission.admitCircuit(keys[random.nextInt(3)], keys[random.nextInt(3)]);
                    most = Math.max(most, admission.circuits());
                    if (answer instanceof Admission.Answer.Granted(Permit permit)) {
                        most = Math.max(most, held.incrementAndGet());
                        held.decrementAndGet();
                        permit.close();
                    }
                }
                return most;
            }));
        }
        for (var one : all) {
            assertThat(one.result()).as("seed %d", seed).isBetween(1, total);
        }
        assertThat(admission.circuits()).isZero();
        // Each address has all of its places again.
        for (AddressKey key : keys) {
            List<Permit> permits = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                permits.add(granted(admission.admitCircuit(key, key)));
            }
            assertThat(denied(admission.admitCircuit(key, key))).isEqualTo(Reason.LIMIT_PEER);
            permits.forEach(Permit::close);
        }
    }

    @Test
    void permitThatManyThreadsCloseIsGivenBackOnce() {
        var admission = new Admission(Limits.DEFAULT);
        for (int i = 0; i < 500; i++) {
            Permit kept = granted(admission.admitWaiting(A));
            Permit raced = granted(admission.admitWaiting(A));
            List<Background<?>> closing = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                closing.add(Background.run(raced::close));
            }
            closing.forEach(Background::result);
            assertThat(admission.waiting()).isEqualTo(1);
            kept.close();
        }
        assertThat(admission.waiting()).isZero();
    }
}
