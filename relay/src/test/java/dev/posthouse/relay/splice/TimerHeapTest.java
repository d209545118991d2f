package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerHeapTest {

    private final TimerHeap heap = new TimerHeap();
    private final List<Timer> expired = new ArrayList<>();

    private class Timer extends Timed {
        boolean stopped;

        @Override
        void expired(long now) {
            assertThat(due - now).isLessThanOrEqualTo(0);
            expired.add(this);
        }

        @Override
        void stop(Reason reason, @Nullable Throwable cause) {
            stopped = reason == Reason.INTERNAL;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void timersExpireInOrderHoweverTheyWereArmedMovedAndDisarmed(long seed) {
        var random = new SplittableRandom(seed);
        // Close to where nanoTime wraps around: only differences may count.
        long start = Long.MAX_VALUE - 5_000;
        List<Timer> all = new ArrayList<>();
        List<Timer> armed = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            all.add(new Timer());
        }
        for (int i = 0; i < 5_000; i++) {
            Timer timer = all.get(random.nextInt(all.size()));
            armed.remove(timer);
            if (random.nextInt(3) == 0) {
                heap.disarm(timer);
            } else {
                heap.arm(timer, start + random.nextInt(10_000));
                armed.add(timer);
            }
        }
        armed.sort((a, b) -> Long.compare(a.due - start, b.due - start));

        List<Long> expected = new ArrayList<>();
        armed.forEach(timer -> expected.add(timer.due));
        heap.expire(start + 4_999);
        assertThat(expired).allSatisfy(timer -> assertThat(timer.due - start).isLessThanOrEqualTo(4_999));
        heap.expire(start + 10_000);

        assertThat(expired.stream().map(timer -> timer.due)).as("seed %d", seed).isEqualTo(expected);
        assertThat(heap.isEmpty()).isTrue();
    }

    @Test
    void aTimerMayArmItselfAgain() {
        var again = new Timer() {
            int left = 3;

            @Override
            void expired(long now) {
                super.expired(now);
                if (--left > 0) {
                    heap.arm(this, due + 10);
                }
            }
        };
        heap.arm(again, 100);

        heap.expire(115);

        assertThat(expired).hasSize(2);
        assertThat(heap.untilNext(115)).isEqualTo(5);
    }

    @Test
    void aTimerThatThrowsIsStoppedAndTheOthersGoOn() {
        var faulty = new Timer() {
            @Override
            void expired(long now) {
                throw new IllegalStateException("a fault in a timer");
            }
        };
        var healthy = new Timer();
        heap.arm(faulty, 1);
        heap.arm(healthy, 2);

        heap.expire(3);

        assertThat(faulty.stopped).isTrue();
        assertThat(expired).containsExactly(healthy);
    }
}
