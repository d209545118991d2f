package dev.posthouse.relay.limit;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.testkit.Schedules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Admission} under a search through its schedules. */
@Tag(Schedules.TAG)
class AdmissionScheduleTest {

    private static final Party FLOOD = party(1);
    private static final Party OTHER = party(2);

    private static Party party(int last) {
        try {
            InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
            return new Party(new InetSocketAddress(address, 1), address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Admission admission = new Admission(Limits.builder()
                .waitingInAll(2)
                .waitingPerAddress(1)
                .circuitsInAll(2)
                .circuitsPerAddress(1)
                .build());
        private final AtomicInteger granted = new AtomicInteger();

        void count(Admission.Answer answer) {
            if (answer instanceof Admission.Answer.Granted) {
                granted.incrementAndGet();
            }
        }

        static void leave(Admission.Answer answer) {
            if (answer instanceof Admission.Answer.Granted there) {
                there.permit().close();
                there.permit().close();
            }
        }
    }

    /** An address that has all that it may ask again: nobody else is refused for it, in no instant. */
    @Test
    void whoIsRefusedForItsOwnLimitCostsNobodyElseAPlaceToWait() {
        Schedules.search(Shared::new, shared -> {
            shared.admission.admitWaiting(FLOOD);
            together(
                    () -> shared.admission.admitWaiting(FLOOD),
                    () -> shared.count(shared.admission.admitWaiting(OTHER)));
            same("places of the other", 1, shared.granted.get());
            same("waiting", 2, shared.admission.waiting());
        });
    }

    @Test
    void whoIsRefusedForItsOwnLimitCostsNobodyElseACircuit() {
        Schedules.search(Shared::new, shared -> {
            shared.admission.admitCircuit(FLOOD, FLOOD);
            together(
                    () -> shared.admission.admitCircuit(FLOOD, FLOOD),
                    () -> shared.count(shared.admission.admitCircuit(OTHER, OTHER)));
            same("circuits of the other", 1, shared.granted.get());
            same("circuits", 2, shared.admission.circuits());
        });
    }

    @Test
    void whateverIsGivenBackIsGivenBackOnce() {
        Schedules.search(Shared::new, shared -> {
            together(
                    () -> Shared.leave(shared.admission.admitWaiting(OTHER)),
                    () -> Shared.leave(shared.admission.admitCircuit(FLOOD, OTHER)),
                    () -> Shared.leave(shared.admission.admitWaiting(FLOOD)));
            same("waiting", 0, shared.admission.waiting());
            same("circuits", 0, shared.admission.circuits());
        });
    }
}
