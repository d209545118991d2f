package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlarmsTest {

    /** Far longer than any of these alarms; reached only by a test that fails. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long LATE = Duration.ofDays(1).toNanos();

    private final Alarms alarms = new Alarms();
    private final LinkedBlockingQueue<String> rung = new LinkedBlockingQueue<>();

    @Test
    void anAlarmThatIsSetBeforeALaterOneIsDueRingsInItsTime() throws Exception {
        alarms.set(LATE, () -> rung.add("late"));
        alarms.set(1_000_000, () -> rung.add("soon"));

        assertThat(next()).isEqualTo("soon");
        assertThat(rung).isEmpty();
    }

    @Test
    void alarmsGoOnAfterOneThatThrew() throws Exception {
        alarms.set(1_000_000, () -> {
            throw new IllegalStateException("of an alarm's own making");
        });
        alarms.set(2_000_000, () -> rung.add("next"));

        assertThat(next()).isEqualTo("next");
        assertThat(rung).isEmpty();
    }

    @Test
    void theLongestTimeThereIsDoesNotOverflow() throws Exception {
        alarms.set(Long.MAX_VALUE, () -> rung.add("never"));
        alarms.set(0, () -> rung.add("now"));

        assertThat(next()).isEqualTo("now");
        assertThat(rung).isEmpty();
    }

    @Test
    void noneIsLostWhenManyAreSetWhileOthersRing() throws Exception {
        int threads = 4;
        int each = 2_000;
        var left = new CountDownLatch(threads * each);
        for (int i = 0; i < threads; i++) {
            Thread.startVirtualThread(() -> {
                for (int k = 0; k < each; k++) {
                    alarms.set(k % 7 * 100_000L, left::countDown);
                }
            });
        }

        assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private String next() throws InterruptedException {
        return String.valueOf(rung.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
}
