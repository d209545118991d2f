package dev.posthouse.net;

import static dev.posthouse.testkit.Schedules.holds;

import dev.posthouse.testkit.Schedules;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link Deadline} under a search through its schedules: the end of the exchange meets the end of its time. */
@Tag(Schedules.TAG)
class DeadlineScheduleTest {

    enum Outcome {
        RETURNED,
        FAILED,
        TIMED_OUT
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final SilentStream stream = new SilentStream();
        private final AtomicReference<Runnable> action = new AtomicReference<>(() -> {});
        private final Thread timer = new Thread(() -> action.get().run());
        private final AlarmSet alarms = new AlarmSet();

        /** Runs an exchange during which the time is up. */
        Outcome exchange(Outcome inTime) {
            try {
                Deadline.within(this::alarm, stream, Duration.ofMillis(1), "the exchange", () -> {
                    timer.start();
                    if (inTime == Outcome.FAILED) {
                        throw new EOFException("the exchange's own failure");
                    }
                    return true;
                });
                return Outcome.RETURNED;
            } catch (TimedOut e) {
                return Outcome.TIMED_OUT;
            } catch (IOException e) {
                return Outcome.FAILED;
            }
        }

        private Alarms.Alarm alarm(Duration after, Runnable then) {
            action.set(then);
            return alarms.alarm(1, then, false);
        }

        void joinTimer() {
            try {
                timer.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** The stream of an exchange that timed out is closed; every other one stays the caller's. */
    @ParameterizedTest
    @EnumSource(names = "TIMED_OUT", mode = EnumSource.Mode.EXCLUDE)
    void streamIsClosedIfAndOnlyIfTheTimeWasUp(Outcome inTime) {
        Schedules.search(Shared::new, shared -> {
            Outcome outcome = shared.exchange(inTime);
            boolean timedOut = outcome == Outcome.TIMED_OUT;
            holds(outcome + ", and the stream is open or closed as that says", shared.stream.isOpen() != timedOut);
            shared.joinTimer();
            holds(outcome + ", and the stream stays open or closed", shared.stream.isOpen() != timedOut);
            holds(outcome + " is one of two", timedOut || outcome == inTime);
        });
    }
}
