package dev.posthouse.cli.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Descriptors in non-blocking mode, as the JDK's channels show them: nothing now, a part, then all. */
class WaitingChannelsTest {

    /** Is ready at every {@code every}th try only, and takes or gives {@code most} bytes then. */
    private static final class Moody implements ReadableByteChannel, WritableByteChannel {
        private final int every;
        private final int most;
        private final AtomicInteger tries = new AtomicInteger();
        private final CountDownLatch tried = new CountDownLatch(3);
        private final ByteBuffer input;
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private volatile boolean open = true;

        Moody(int every, int most, byte[] input) {
            this.every = every;
            this.most = most;
            this.input = ByteBuffer.wrap(input);
        }

        private boolean ready() throws IOException {
            if (!open) {
                throw new ClosedChannelException();
            }
            tried.countDown();
            return tries.incrementAndGet() % every == 0;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            if (!ready()) {
                return 0;
            }
            if (!input.hasRemaining()) {
                return -1;
            }
            int count = Math.min(most, Math.min(target.remaining(), input.remaining()));
            target.put(input.slice(input.position(), count));
            input.position(input.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (!ready()) {
                return 0;
            }
            int count = Math.min(most, source.remaining());
            for (int i = 0; i < count; i++) {
                written.write(source.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private static final ByteOracle ORACLE = ByteOracle.of(System.nanoTime());

    @Test
    void everyByteIsReadFromAnInputThatIsSeldomReady() throws IOException {
        byte[] all = ORACLE.bytes(0, 10_000);
        var in = new WaitingInput(new Moody(3, 777, all), "standard input");
        var got = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1_000);
        int count = in.read(buffer);
        while (count >= 0) {
            assertThat(count).isPositive();
            got.write(buffer.array(), 0, count);
            count = in.read(buffer.clear());
        }
        assertThat(got.toByteArray()).as("seed %d", ORACLE.seed()).isEqualTo(all);
    }

    @Test
    void everyByteIsWrittenToAnOutputThatIsSeldomReadyAndTakesParts() throws IOException {
        byte[] all = ORACLE.bytes(0, 10_000);
        var moody = new Moody(2, 333, new byte[0]);
        var out = new WaitingOutput(moody, "standard output");
        assertThat(out.write(ByteBuffer.wrap(all))).isEqualTo(all.length);
        assertThat(moody.written.toByteArray()).as("seed %d", ORACLE.seed()).isEqualTo(all);
    }

    @Test
    void aFullBufferIsReadAtOnce() throws IOException {
        var moody = new Moody(Integer.MAX_VALUE, 1, new byte[1]);
        assertThat(new WaitingInput(moody, "standard input").read(ByteBuffer.allocate(0)))
                .isZero();
    }

    @Test
    void whoWaitsLongTriesSeldom() throws Exception {
        var moody = new Moody(Integer.MAX_VALUE, 1, new byte[1]);
        var in = new WaitingInput(moody, "standard input");
        long start = System.nanoTime();
        Background<?> reading = Background.run(() -> in.read(ByteBuffer.allocate(1)));
        moody.tried.await();
        in.close();
        assertThatThrownBy(reading::result).hasRootCauseInstanceOf(ClosedChannelException.class);
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertThat(moody.tries.get()).isLessThan(20 + (int) (millis / 20));
    }

    @Test
    void anInterruptEndsTheWaitAndClosesLikeAnyChannel() throws Exception {
        var moody = new Moody(Integer.MAX_VALUE, 1, new byte[1]);
        var out = new WaitingOutput(moody, "standard output");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> out.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(out.isOpen()).isFalse();
    }

    @Test
    void aFailureIsASentence() {
        WritableByteChannel full = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer source) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> new WaitingOutput(full, "standard output").write(ByteBuffer.allocate(1)))
                .isInstanceOf(StandardStreamFailure.class)
                .hasMessage("cannot write to standard output: no space left on device");
    }

    /** The thread of a message may be interrupted while it prints; that must cost neither this message nor the next. */
    @Test
    void aMessageOfAnInterruptedThreadIsWrittenAndSoIsTheNext() throws IOException {
        var moody = new Moody(4, 5, new byte[0]);
        try (var text = new TextOutput(new WaitingOutput(moody, "standard error"))) {
            Thread.currentThread().interrupt();
            text.write("interrupted\n".getBytes(StandardCharsets.UTF_8));
            assertThat(Thread.interrupted()).isTrue();
            text.write("next\n".getBytes(StandardCharsets.UTF_8));
            assertThat(text.failure()).isEmpty();
        }
        assertThat(moody.written.toString(StandardCharsets.UTF_8)).isEqualTo("interrupted\nnext\n");
    }
}
