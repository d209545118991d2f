package dev.posthouse.net.acknowledged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TickerTest {

    @Test
    void aTickThatFailsIsFollowedByTheNext() throws InterruptedException {
        var ticks = new CountDownLatch(3);
        Ticker.Registration registration = Ticker.threads().start(Duration.ofMillis(1), now -> {
            ticks.countDown();
            throw new StackOverflowError("of the test's making");
        });

        assertThat(ticks.await(20, TimeUnit.SECONDS)).isTrue();
        registration.cancel();
    }
}
