package dev.posthouse.relay.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.testkit.Background;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

    private static final Party A = party("192.0.2.1");
    private static final Party B = party("192.0.2.2");
    private static final Party C = party("192.0.2.3");

    private static AddressKey key(String address) {
        return AddressKey.of(InetAddress.ofLiteral(address));
    }

    private static Party party(String address) {
        InetAddress literal = InetAddress.ofLiteral(address);
        return new Party(new InetSocketAddress(literal, 1), literal);
    }

    private static Party party(String address, String key) {
        return party(address).with(new PeerKey("chat", key));
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
        granted(admission.admitWaiting(party("2001:db8:0:1::1")));
        granted(admission.admitWaiting(party("2001:db8:0:1::2")));
        assertThat(denied(admission.admitWaiting(party("2001:db8:0:1:9:9:9:9"))))
                .isEqualTo(Reason.LIMIT_PEER);
        granted(admission.admitWaiting(party("2001:db8:0:2::1")));
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

    @Test
    void keyIsCountedWhereverItConnectsFrom() {
        var admission = new Admission(Limits.builder().waitingPerKey(1).build());
        Permit first = granted(admission.admitWaiting(party("192.0.2.1", "alice")));
        assertThat(denied(admission.admitWaiting(party("192.0.2.2", "alice")))).isEqualTo(Reason.LIMIT_PEER);
        granted(admission.admitWaiting(party("192.0.2.2", "bob")));
        granted(admission.admitWaiting(party("192.0.2.2")));
        granted(admission.admitWaiting(party("192.0.2.2").with(new PeerKey("another dialect", "alice"))));
        first.close();
        granted(admission.admitWaiting(party("192.0.2.3", "alice")));
    }

    @Test
    void whoIsRefusedForItsKeyCostsItsAddressNothing() {
        var admission = new Admission(
                Limits.builder().waitingPerAddress(2).waitingPerKey(1).build());
        granted(admission.admitWaiting(party("192.0.2.1", "alice")));
        assertThat(denied(admission.admitWaiting(party("192.0.2.1", "alice")))).isEqualTo(Reason.LIMIT_PEER);
        granted(admission.admitWaiting(party("192.0.2.1", "bob")));
        assertThat(denied(admission.admitWaiting(party("192.0.2.1", "carol")))).isEqualTo(Reason.LIMIT_PEER);
        assertThat(admission.waiting()).isEqualTo(2);
    }

    @Test
    void circuitCountsForEachKeyOfItsEndsAndForOneThatIsBothOnce() {
        var admission = new Admission(Limits.builder().circuitsPerKey(2).build());
        Permit own = granted(admission.admitCircuit(party("192.0.2.1", "alice"), party("192.0.2.2", "alice")));
        granted(admission.admitCircuit(party("192.0.2.1", "alice"), party("192.0.2.2", "bob")));
        assertThat(denied(admission.admitCircuit(party("192.0.2.3", "carol"), party("192.0.2.4", "alice"))))
                .isEqualTo(Reason.LIMIT_PEER);
        granted(admission.admitCircuit(party("192.0.2.3", "carol"), party("192.0.2.4", "bob")));
        own.close();
        granted(admission.admitCircuit(party("192.0.2.3", "carol"), party("192.0.2.4", "alice")));
        assertThat(admission.circuits()).isEqualTo(3);
    }

    @Test
    void keyIsNeverPrintedInFull() {
        assertThat(new PeerKey("chat", "0123456789abcdef")).hasToString("chat:01234567…");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noCountPassesItsLimitAndAllComeBackToNothing(long seed) throws Exception {
        int threads = 8;
        int total = 5;
        int each = 3;
        var admission = new Admission(
                Limits.builder().circuitsInAll(total).circuitsPerAddress(each).build());
        Party[] parties = {A, B, C};
        var held = new AtomicInteger();
        var start = new CyclicBarrier(threads);
        List<Background<Integer>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            var random = new SplittableRandom(seed * 100 + t);
            all.add(Background.startOnPlatformThread(() -> {
                start.await();
                int most = 0;
                for (int i = 0; i < 20_000; i++) {
                    var answer = admission.admitCircuit(parties[random.nextInt(3)], parties[random.nextInt(3)]);
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
        for (Party party : parties) {
            List<Permit> permits = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                permits.add(granted(admission.admitCircuit(party, party)));
            }
            assertThat(denied(admission.admitCircuit(party, party))).isEqualTo(Reason.LIMIT_PEER);
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
