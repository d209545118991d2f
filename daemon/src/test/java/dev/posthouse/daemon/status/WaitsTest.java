package dev.posthouse.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class WaitsTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final Waits waits = new Waits(nanos::get);

    private void started(Role role, String name, int port) {
        waits.on(new RelayEvent.WaitStarted(
                "rdv", role, new NameTag(name), new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private void ended(Role role, String name, Duration waited) {
        waits.on(new RelayEvent.WaitEnded("rdv", role, new NameTag(name), Reason.COMPLETED, waited));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whoWaitsIsListedWithTheLongestFirst() {
        started(Role.ACCEPTOR, "aaaaaa", 1);
        pass(Duration.ofSeconds(3));
        started(Role.DIALER, "bbbbbb", 2);
        pass(Duration.ofSeconds(1));

        assertThat(waits.now()).extracting(wait -> wait.remote().getPort()).containsExactly(1, 2);
        assertThat(waits.now())
                .extracting(Waits.Wait::waited)
                .containsExactly(Duration.ofSeconds(4), Duration.ofSeconds(1));
        assertThat(waits.count("rdv")).isEqualTo(2L);
        assertThat(waits.count("other")).isZero();
    }

    @Test
    void whoLeftIsNotListed() {
        started(Role.ACCEPTOR, "aaaaaa", 1);
        started(Role.DIALER, "bbbbbb", 2);
        ended(Role.ACCEPTOR, "aaaaaa", Duration.ZERO);

        assertThat(waits.now()).extracting(wait -> wait.remote().getPort()).containsExactly(2);
    }

    @Test
    void ofTwoWithOneNameTheOneThatBeganAtTheTimeLeaves() {
        started(Role.DIALER, "aaaaaa", 1);
        pass(Duration.ofSeconds(5));
        started(Role.DIALER, "aaaaaa", 2);
        pass(Duration.ofSeconds(1));
        ended(Role.DIALER, "aaaaaa", Duration.ofSeconds(6));

        assertThat(waits.now()).extracting(wait -> wait.remote().getPort()).containsExactly(2);
    }

    @Test
    void anEndWithoutABeginningChangesNothing() {
        ended(Role.DIALER, "aaaaaa", Duration.ZERO);

        assertThat(waits.now()).isEmpty();
    }
}
