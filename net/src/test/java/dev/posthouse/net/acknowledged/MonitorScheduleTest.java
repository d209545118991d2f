package dev.posthouse.net.acknowledged;

import static dev.posthouse.testkit.Schedules.holds;
import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.SilentStream;
import dev.posthouse.testkit.Schedules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link Monitor}, {@link Substitute} and {@link Incoming} under a search through their schedules: one reads at a time, nothing that came
 * is lost, and everybody who waits goes on.
 */
@Tag(Schedules.TAG)
class MonitorScheduleTest {

    private static final int WINDOW = 64;
    private static final int BYTES = 3;

    /** The connection below: what the peer has sent, and then nothing more until the connection ends. */
    private static final class Script extends DelegatingStream {
        private final ByteBuffer bytes;
        private final AtomicInteger readers = new AtomicInteger();
        // Guarded by this.
        private boolean over;

        Script(ByteBuffer bytes) {
            super(new SilentStream());
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer into) {
            same("reading below", 1, readers.incrementAndGet());
            if (!bytes.hasRemaining()) {
                awaitEnd();
            }
            int count = Math.min(into.remaining(), bytes.remaining());
            into.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            readers.decrementAndGet();
            return count == 0 ? Incoming.ENDED : count;
        }

        private synchronized void awaitEnd() {
            try {
                while (!over) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        synchronized void end() {
            over = true;
            notifyAll();
        }
    }

    /** All that the threads of a program share: what an acknowledged stream does, without writing. */
    private static final class Shared {
        private final Monitor monitor = new Monitor(WINDOW, this::startSubstitute);
        private final Script below;
        private final Incoming incoming;
        private final List<Thread> substitutes = new CopyOnWriteArrayList<>();
        private final AtomicInteger given = new AtomicInteger();
        private volatile boolean endGiven;
        private volatile boolean allReceived;
        private volatile @Nullable IOException readerFailed;
        private volatile @Nullable IOException waiterFailed;

        Shared(ByteBuffer frames) {
            this.below = new Script(frames);
            this.incoming = new Incoming(below, new FromPeer());
        }

        private final class FromPeer implements Incoming.Listener {
            @Override
            public void heard() {}

            @Override
            public void announced(int length) throws ProtocolViolation {
                monitor.announced(length);
            }

            @Override
            public void end() throws ProtocolViolation {
                monitor.inputEnded();
            }

            @Override
            public void received(long position, long most) throws ProtocolViolation {
                monitor.received(position, most);
            }

            @Override
            public void ping(byte[] question) {}

            @Override
            public void aborted(AbortReason reason) {}
        }

        private Substitute substitute() {
            return new Substitute(incoming, monitor, this::belowEnded);
        }

        private void startSubstitute() {
            Thread thread = new Thread(substitute()::stay);
            substitutes.add(thread);
            thread.start();
        }

        private void belowEnded(@Nullable IOException problem) {
            monitor.belowEnded();
            monitor.fail(problem == null ? new ConnectionLost(ConnectionLost.How.CUT, "cut") : problem);
        }

        /** Reads until the end, or a failure. */
        void read() throws InterruptedException {
            ByteBuffer into = ByteBuffer.allocate(BYTES);
            try {
                while (!endGiven) {
                    int count = monitor.take(into.clear(), Duration.ZERO, 0);
                    if (count == 0) {
                        count = readBelow(into);
                    }
                    if (count < 0) {
                        endGiven = true;
                    } else {
                        given.addAndGet(count);
                    }
                }
            } catch (IOException e) {
                readerFailed = e;
            }
        }

        private int readBelow(ByteBuffer into) {
            int count = 0;
            @Nullable IOException problem = null;
            try {
                count = incoming.step(into, Duration.ZERO);
            } catch (IOException e) {
                problem = e;
            } finally {
                monitor.applicationRead(count);
            }
            if (problem != null || count == Incoming.ENDED) {
                belowEnded(problem);
            }
            return Math.max(0, count);
        }

        /** Waits until the peer has taken everything. */
        void awaitReceived() throws InterruptedException {
            Substitute substitute = substitute();
            try {
                while (!monitor.awaitReceived()) {
                    substitute.readOnce();
                }
                allReceived = true;
            } catch (IOException e) {
                waiterFailed = e;
            }
        }

        /** Sends more than the peer has allowed before its greeting. */
        void send() throws InterruptedException {
            try {
                int left = Frames.UNASKED + 1;
                while (left > 0) {
                    left -= monitor.reserve(left);
                }
                allReceived = true;
            } catch (IOException e) {
                waiterFailed = e;
            }
        }

        void endOutput() {
            try {
                monitor.endOutput();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void end() {
            below.end();
            for (Thread thread : substitutes) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        void assertAllCame() {
            same("bytes given", BYTES, given.get());
            holds("the end was given", endGiven);
            holds("the word came", allReceived);
        }
    }

    private static ByteBuffer frames(boolean greets, boolean ends, boolean takesAll) {
        ByteBuffer frames = ByteBuffer.allocate(100);
        if (greets) {
            Frames.putReceived(frames, 0, Frames.UNASKED + 1);
        }
        frames.put(Frames.header(Frames.DATA, BYTES)).put(new byte[BYTES]);
        if (ends) {
            frames.put(Frames.header(Frames.END, 0));
        }
        if (takesAll) {
            Frames.put(frames, Frames.PONG); // something else that whoever waits for the word has to read
            Frames.putReceived(frames, 1, Frames.UNASKED + 1);
        }
        return frames.flip();
    }

    private static Shared ended(ByteBuffer frames) {
        var shared = new Shared(frames);
        shared.endOutput();
        return shared;
    }

    @Test
    void whoReadsAndWhoWaitsForThePeersWordTakeTurns() {
        Schedules.search(() -> ended(frames(true, true, true)), shared -> {
            together(shared::read, shared::awaitReceived);
            shared.assertAllCame();
        });
    }

    @Test
    void twoWhoWaitForThePeersWordBothGetIt() {
        Schedules.search(() -> ended(frames(true, true, true)), shared -> {
            together(shared::read, shared::awaitReceived, shared::awaitReceived);
            shared.assertAllCame();
        });
    }

    @Test
    void connectionThatEndsInsteadOfTheWordEndsEveryWait() {
        Schedules.search(() -> ended(frames(true, true, false)), shared -> {
            shared.below.end();
            together(shared::read, shared::awaitReceived);
            same("bytes given", BYTES, shared.given.get());
            holds("the end was given", shared.endGiven);
            holds("who waits fails", shared.waiterFailed instanceof ConnectionLost);
        });
    }

    @Test
    void whoWritesHasASubstituteReadThatGivesTheReaderItsBytes() {
        Schedules.search(() -> new Shared(frames(true, true, false)), shared -> {
            together(shared::read, shared::send);
            shared.end();
            shared.assertAllCame();
        });
    }

    @Test
    void closingEndsEveryWait() {
        Schedules.search(() -> ended(frames(true, true, false)), shared -> {
            shared.below.end();
            together(shared::read, shared::awaitReceived, shared.monitor::markClosed);
            holds("the wait is over", shared.allReceived || shared.waiterFailed != null);
            holds("the reading is over", shared.endGiven || shared.readerFailed != null);
        });
    }
}
