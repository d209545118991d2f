package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class AlarmsTest {

    /** Far longer than any of these alarms; reached only by a test that fails. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration LATE = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofMillis(1);

    private final AtomicReference<Thread> timer = new AtomicReference<>();
    private final Alarms alarms = new Alarms(this::thread);
    private final LinkedBlockingQueue<String> rung = new LinkedBlockingQueue<>();

    private Thread thread(Runnable task) {
        Thread thread = Thread.ofPlatform().daemon().name("posthouse-timer").unstarted(task);
        timer.set(thread);
        return thread;
    }

    @Test
    void anAlarmThatIsSetBeforeALaterOneIsDueRingsInItsTime() throws Exception {
        alarms.set(LATE, () -> rung.add("late"));
        alarms.set(SOON, () -> rung.add("soon"));

        assertThat(next()).isEqualTo("soon");
        assertThat(rung).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {IllegalStateException.class, OutOfMemoryError.class, StackOverflowError.class, LinkageError.class
            })
    void alarmsGoOnAfterOneThatThrew(Class<? extends Throwable> kind) throws Exception {
        Throwable failure = kind.getConstructor(String.class).newInstance("of an alarm's own making");
        alarms.set(SOON, () -> fail(failure));
        alarms.setBlocking(SOON, () -> fail(failure));
        alarms.set(SOON.multipliedBy(2), () -> rung.add("next"));
        assertThat(next()).isEqualTo("next");

        Thread first = timer.get();
        alarms.set(SOON, () -> rung.add("set afterwards"));
        assertThat(next()).isEqualTo("set afterwards");
        assertThat(timer.get()).isSameAs(first);
    }

    private static void fail(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void anInterruptOfTheTimersThreadChangesNothing() throws Exception {
        alarms.set(Duration.ZERO, () -> rung.add("first"));
        assertThat(next()).isEqualTo("first");
        timer.get().interrupt();
        alarms.set(SOON, () -> rung.add("second"));
        assertThat(next()).isEqualTo("second");
    }

    @Test
    void aThreadThatEndedIsReplacedByTheNextAlarm() throws Exception {
        var made = new LinkedBlockingQueue<Thread>();
        var mortal = new Alarms(task -> {
            boolean first = made.isEmpty();
            Thread thread = Thread.ofPlatform().daemon().name("posthouse-timer").unstarted(first ? () -> {} : task);
            made.add(thread);
            return thread;
        });
        mortal.set(SOON, () -> rung.add("lost for a while"));
        made.peek().join();
        mortal.set(SOON.multipliedBy(2), () -> rung.add("next"));

        assertThat(next()).isEqualTo("lost for a while");
        assertThat(next()).isEqualTo("next");
        assertThat(made).hasSize(2);
    }

    @Test
    void anActionThatMayBlockHoldsNoOtherOneUp() throws Exception {
        var held = new CountDownLatch(1);
        for (int i = 0; i < 100; i++) {
            alarms.setBlocking(Duration.ZERO, () -> awaitQuietly(held));
        }
        alarms.set(SOON, () -> rung.add("on time"));
        alarms.setBlocking(SOON, () -> rung.add("on time"));

        assertThat(next()).isEqualTo("on time");
        assertThat(next()).isEqualTo("on time");
        held.countDown();
    }

    @Test
    void anAlarmThatWasTakenBackDoesNotRing() throws Exception {
        var looked = new CountDownLatch(1);
        alarms.set(Duration.ZERO, () -> awaitQuietly(looked)); // nothing rings until both are taken back
        alarms.set(SOON, () -> rung.add("taken back")).cancel();
        alarms.setBlocking(SOON, () -> rung.add("taken back")).cancel();
        alarms.set(SOON.multipliedBy(2), () -> rung.add("left"));
        looked.countDown();

        assertThat(next()).isEqualTo("left");
        assertThat(rung).isEmpty();
    }

    @Test
    void theLongestTimeThereIsDoesNotOverflow() throws Exception {
        alarms.set(Duration.ofSeconds(Long.MAX_VALUE), () -> rung.add("never"));
        alarms.set(Duration.ZERO, () -> rung.add("now"));

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
                    alarms.set(Duration.ofNanos(k % 7 * 100_000L), left::countDown);
                }
            });
        }

        assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String next() throws InterruptedException {
        return String.valueOf(rung.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
}
