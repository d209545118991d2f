package dev.posthouse.relay.circuit;

import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.net.Reason;
import dev.posthouse.net.SilentStream;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.testkit.Schedules;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Circuits} under a search through its schedules: a circuit that is opened ends once, whoever ends it and when. */
@Tag(Schedules.TAG)
class CircuitsScheduleTest {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final NameTag TAG = NameTag.of("a name");

    /** What a data path would make: it ends once, and tells that. */
    private static final class Joined implements Splice {
        private final AtomicReference<@Nullable Consumer<SpliceEnd>> onEnd;

        Joined(Consumer<SpliceEnd> onEnd) {
            this.onEnd = new AtomicReference<>(onEnd);
        }

        @Override
        public long leftToRight() {
            return 0;
        }

        @Override
        public long rightToLeft() {
            return 0;
        }

        @Override
        public void end(Reason reason) {
            Consumer<SpliceEnd> once = onEnd.getAndSet(null);
            if (once != null) {
                once.accept(new SpliceEnd(reason, 0, 0, Optional.empty()));
            }
        }
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Circuits circuits =
                new Circuits(new Admission(Limits.builder().build()), RelayListener.SILENT);
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger permits = new AtomicInteger();
        private final AtomicReference<@Nullable Joined> begun = new AtomicReference<>();

        private static Inbound leg() {
            return new Inbound(
                    new SilentStream(), PEER, Optional.of(PEER), ConnectionPermit.uncounted(), Duration.ofSeconds(10));
        }

        void open(Joint joint) {
            circuits.open(new CircuitRequest(
                    "d",
                    circuits.nextNumber(),
                    TAG,
                    leg(),
                    leg(),
                    joint,
                    new Permit(permits::incrementAndGet),
                    CircuitTerms.NONE,
                    Duration.ZERO,
                    end -> ends.incrementAndGet()));
        }

        void assertEndedOnce() {
            circuits.endAll(Reason.SHUTDOWN);
            same("ends", 1, ends.get());
            same("permits given back", 1, permits.get());
            same("running", 0, circuits.running().size());
        }
    }

    @Test
    void circuitThatIsEndedWhileItIsOpenedEndsOnce() {
        Schedules.search(Shared::new, shared -> {
            together(
                    () -> shared.open((terms, onEnd) -> new Joined(onEnd)),
                    () -> shared.circuits.endAll(Reason.SHUTDOWN));
            shared.assertEndedOnce();
        });
    }

    /** The data path throws although it has begun, and tells the end as well. */
    @Test
    void circuitThatFailsAndEndsAtTheSameTimeEndsOnce() {
        Schedules.search(Shared::new, shared -> {
            together(
                    () -> shared.open((terms, onEnd) -> {
                        shared.begun.set(new Joined(onEnd));
                        throw new IllegalStateException("no room");
                    }),
                    () -> {
                        Joined joined = shared.begun.get();
                        if (joined != null) {
                            joined.end(Reason.PEER_GONE);
                        }
                    });
            shared.assertEndedOnce();
        });
    }
}
