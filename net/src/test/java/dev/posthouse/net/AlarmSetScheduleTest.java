package dev.posthouse.net;

import static dev.posthouse.testkit.Schedules.holds;
import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.testkit.Schedules;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link AlarmSet} under a search through its schedules: no alarm is overlooked, and none rings twice. */
@Tag(Schedules.TAG)
class AlarmSetScheduleTest {

    private static final long EARLIER = 3;
    private static final long DUE = 5;
    private static final long LATE = 9;
    private static final long AGAIN = 7;

    /** All that the threads of a program share. */
    private static final class Shared {
        private final AlarmSet set = new AlarmSet();
        private final AlarmSet.Alarm alarm = set.alarm(DUE, this::ring, false);
        private final AlarmSet.Alarm late = set.alarm(LATE, this::ring, false);
        private final AtomicInteger rung = new AtomicInteger();

        private void ring() {
            rung.incrementAndGet();
        }

        void look(long now) {
            set.look(now, AGAIN, due -> {
                due.action().run();
                return true;
            });
        }

        void assertLookedAtInTime() {
            holds("it is looked at in time", set.lookAt() <= DUE);
            look(DUE);
            same("rung", 1, rung.get());
        }
    }

    @Test
    void alarmThatIsSetDuringALookIsLookedAtInTime() {
        Schedules.search(Shared::new, shared -> {
            together(() -> shared.set.put(shared.alarm), () -> shared.look(EARLIER));
            shared.assertLookedAtInTime();
        });
    }

    @Test
    void earlierOfTwoThatAreSetAtOnceIsLookedAtInTime() {
        Schedules.search(Shared::new, shared -> {
            together(() -> shared.set.put(shared.alarm), () -> shared.set.put(shared.late), () -> shared.look(EARLIER));
            shared.assertLookedAtInTime();
        });
    }

    @Test
    void alarmThatIsCanceledWhileItIsDueRingsOnceAtMostAndIsForgotten() {
        Schedules.search(Shared::new, shared -> {
            shared.set.put(shared.alarm);
            together(shared.alarm::cancel, () -> shared.look(DUE));
            int soFar = shared.rung.get();
            shared.look(LATE);
            same("rung afterwards", soFar, shared.rung.get());
            holds("it is forgotten", shared.set.isEmpty());
        });
    }

    @Test
    void alarmThatFindsNoThreadIsTriedAgainUnlessItIsCanceled() {
        Schedules.search(Shared::new, shared -> {
            shared.set.put(shared.alarm);
            shared.set.put(shared.late);
            together(shared.late::cancel, () -> shared.set.look(LATE, AGAIN, alarm -> false));
            same("looks next", AGAIN, shared.set.lookAt());
            shared.look(LATE);
            same("rung", 1, shared.rung.get());
        });
    }
}
