package dev.posthouse.net.punch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Drives one candidate by hand, with a time of its own. */
@ExtendWith(LeakCheck.class)
class TargetTest {

    @Test
    void aCandidateThatAlwaysRefusesIsGivenUpAfterABoundedNumberOfAttempts() throws Exception {
        InetSocketAddress refusing = Loopback.refusing(Loopback.V4);
        try (ReusedPort port = ReusedPort.open(0);
                Selector selector = Selector.open()) {
            var log = new AttemptLog(() -> 0);
            var target = new Target(
                    refusing, new Redial(Loopback.PACING, true, new SplittableRandom(1)), log.open(refusing, false), 0);
            int attempts = 0;
            while (target.dueAt() != Long.MAX_VALUE) {
                long now = target.dueAt();
                assertThat(target.wantsAttempt(now)).isTrue();
                assertThat(target.attempt(port, selector, now)).isFalse();
                attempts++;
                if (!selector.keys().isEmpty()) {
                    selector.select();
                    selector.selectedKeys().clear();
                    target.finish(now);
                    selector.selectNow();
                }
            }

            assertThat(attempts).isEqualTo(Redial.MAX_ATTEMPTS);
            assertThat(target.givenUp()).isTrue();
            assertThat(log.attempts().getFirst().outcome()).isEqualTo("given up, refused 120 times");
        }
    }
}
