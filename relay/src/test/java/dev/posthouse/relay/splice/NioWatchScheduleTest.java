package dev.posthouse.relay.splice;

import static dev.posthouse.testkit.Schedules.holds;
import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.testkit.Schedules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link NioWatch} and {@link SelectorLoop} under a search through their schedules, over a selector that waits on a lock: a watch ends
 * once, with its stream in blocking mode and no byte lost.
 */
@Tag(Schedules.TAG)
class NioWatchScheduleTest {

    private static final int BUFFER = 16;

    /** One watch after the other of one stream. */
    private static final class Shared {
        private final ScriptedSelector selector = new ScriptedSelector();
        private final ScriptedChannel channel = new ScriptedChannel(selector);
        private final AtomicInteger faults = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger releases = new AtomicInteger();
        private final AtomicReference<@Nullable ByteStream> back = new AtomicReference<>();
        private final AtomicReference<@Nullable SelectorLoop> loop = new AtomicReference<>();
        private final AtomicReference<@Nullable NioWatch> watch = new AtomicReference<>();

        /** Starts a loop, which begins to watch when it comes to it. */
        void begin() {
            try {
                loop.set(SelectorLoop.start("loop", selector, BUFFER, fault -> faults.incrementAndGet()));
                watch();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private SelectorLoop loop() {
            return Objects.requireNonNull(loop.get());
        }

        private void watch() throws IOException {
            loop().load().incrementAndGet();
            var fresh = new NioWatch(loop(), new TcpStream(channel), 0, this::ended);
            watch.set(fresh);
            if (!fresh.submit()) {
                fresh.refuse();
            }
        }

        private void ended(WatchEnd end) {
            back.set(end.stream());
            ends.incrementAndGet();
        }

        boolean release() {
            Optional<ByteStream> stream = Objects.requireNonNull(watch.get()).release();
            if (stream.isEmpty()) {
                return false;
            }
            back.set(stream.get());
            releases.incrementAndGet();
            return true;
        }

        void releaseAndWatchAgain() throws IOException {
            if (release()) {
                watch();
            }
        }

        /** The time is up: as the loop's timers do. */
        void expire() {
            NioWatch now = Objects.requireNonNull(watch.get());
            loop().submit(() -> now.expired(0));
        }

        void close() {
            loop().close();
        }

        void assertEnded(int watches) {
            close();
            same("ends", watches, ends.get() + releases.get());
            same("load", 0, loop().load().get());
            same("faults", 0, faults.get());
            holds("it is in blocking mode", channel.isBlocking());
        }

        /** Whoever has the stream in the end reads what came. */
        void assertByteIsThere() {
            try {
                same("bytes", 1, Objects.requireNonNull(back.get()).read(ByteBuffer.allocate(2)));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void releaseMeetsAByte() {
        Schedules.search(Shared::new, shared -> {
            shared.begin();
            together(shared::release, shared.channel::receive);
            shared.assertEnded(1);
            shared.assertByteIsThere();
        });
    }

    @Test
    void releaseMeetsTheEndOfTheTime() {
        Schedules.search(Shared::new, shared -> {
            shared.begin();
            together(shared::release, shared::expire);
            shared.assertEnded(1);
        });
    }

    /** The loop ends, and it may be the first or the second watch that ends with it. */
    @Test
    void watchesMeetTheEndOfTheLoop() {
        Schedules.search(Shared::new, shared -> {
            shared.begin();
            together(shared::releaseAndWatchAgain, shared::close);
            shared.assertEnded(1 + shared.releases.get());
        });
    }

    @Test
    void streamIsWatchedAgainRightAfterItsRelease() {
        Schedules.search(Shared::new, shared -> {
            shared.begin();
            together(shared::releaseAndWatchAgain, shared.channel::receive);
            shared.assertEnded(1 + shared.releases.get());
            shared.assertByteIsThere();
        });
    }
}
