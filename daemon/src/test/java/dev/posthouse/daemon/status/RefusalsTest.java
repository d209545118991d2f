package dev.posthouse.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.daemon.status.Refusals.Refusal;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RefusalsTest {

    private final Refusals refusals = new Refusals();

    private static InetAddress address(int number) {
        return InetAddress.ofLiteral("198.51." + number / 256 + "." + number % 256);
    }

    private void refuse(int number, Reason reason, int port) {
        refusals.on(new RelayEvent.Refused(
                Optional.of("rdv"), new InetSocketAddress(address(number), port), reason, "a test's"));
    }

    @Test
    void eachAddressIsCountedByReasonAndTheLastComesFirst() {
        refuse(1, Reason.LIMIT_PEER, 1_000);
        refuse(2, Reason.LIMIT_MEMORY, 1_000);
        refuse(1, Reason.LIMIT_PEER, 1_001);
        refuse(1, Reason.PROTOCOL_ERROR, 1_002);
        refuse(2, Reason.LIMIT_MEMORY, 1_003);

        assertThat(refusals.latest())
                .containsExactly(
                        new Refusal(address(2), Reason.LIMIT_MEMORY, 2),
                        new Refusal(address(1), Reason.PROTOCOL_ERROR, 1),
                        new Refusal(address(1), Reason.LIMIT_PEER, 2));
    }

    /** An address that comes again and again stays, however many others pass by. */
    @Test
    void noMoreAreRememberedThanTheBoundAndThoseAreTheLast() {
        for (int i = 1; i <= 10 * Refusals.MOST; i++) {
            refuse(0, Reason.LIMIT_PEER, 1_000);
            refuse(i, Reason.PEER_GONE, 1_000);
        }
        assertThat(refusals.latest()).hasSize(Refusals.MOST);
        assertThat(refusals.latest().getFirst())
                .isEqualTo(new Refusal(address(10 * Refusals.MOST), Reason.PEER_GONE, 1));
        assertThat(refusals.latest()).contains(new Refusal(address(0), Reason.LIMIT_PEER, 10 * Refusals.MOST));
    }
}
