package dev.posthouse.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every promise of {@link ByteStream}. Each implementation has a test class that extends this one and connects two ends;
 * {@code here} is the end that is looked at.
 */
@ExtendWith(LeakCheck.class)
public abstract class ByteStreamContractTest {

    /** Far more than anything buffers between two ends on one machine. */
    private static final long MORE_THAN_ANY_BUFFER = 64L << 20;

    private static final Duration SHORT = Duration.ofMillis(30);

    /** Two ends of one connection. */
    public record Ends(ByteStream here, ByteStream there) {}

    /** Connects two ends; they are closed after the test. What they need besides is the subclass's to close. */
    protected abstract Ends connect() throws Exception;

    /** How many bytes a large transfer has in each direction: fewer where the stream is made slow. */
    protected int bulk() {
        return 4 << 20;
    }

    private @Nullable Ends ends;

    @BeforeEach
    void connectEnds() throws Exception {
        ends = connect();
    }

    @AfterEach
    void closeEnds() throws Exception {
        if (ends != null) {
            ends.here().close();
            ends.there().close();
            assertThat(ends.here().isOpen()).isFalse();
            assertThat(ends.there().isOpen()).isFalse();
        }
    }

    private ByteStream here() {
        return Objects.requireNonNull(ends).here();
    }

    private ByteStream there() {
        return Objects.requireNonNull(ends).there();
    }

    // ---- reading and writing

    @Test
    void readGivesWhatThereIsAndMovesOnlyThePosition() throws IOException {
        write(there(), "abc");
        ByteBuffer into = ByteBuffer.allocate(100).position(10).limit(50);

        int count = here().read(into);

        assertThat(count).isBetween(1, 3);
        assertThat(into.position()).isEqualTo(10 + count);
        assertThat(into.limit()).isEqualTo(50);
        String rest = count == 3 ? "" : read(here(), 3 - count);
        assertThat(new String(into.array(), 10, count, US_ASCII) + rest).isEqualTo("abc");
        assertThat(into.array()[9]).isZero();
        assertThat(into.array()[10 + count]).isZero();
    }

    @Test
    void readLeavesWhatHasNoRoom() throws IOException {
        write(there(), "abcdef");

        assertThat(read(here(), 2)).isEqualTo("ab");
        assertThat(read(here(), 1)).isEqualTo("c");
        assertThat(read(here(), 3)).isEqualTo("def");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readIntoTwoBuffersFillsTheFirstBeforeTheSecond(boolean bounded) throws IOException {
        if (bounded) {
            here().readTimeout(Duration.ofSeconds(10));
        }
        write(there(), "abcdef");
        ByteBuffer first = ByteBuffer.allocateDirect(10).position(3).limit(7);
        ByteBuffer second = ByteBuffer.allocate(2);

        int total = 0;
        while (total < 6) {
            int count = here().read(first, second);
            assertThat(count).isPositive();
            assertThat(second.position() == 0 || !first.hasRemaining()).isTrue();
            total += count;
            assertThat(first.position() - 3 + second.position()).isEqualTo(total);
        }

        assertThat(here().read(first, second)).isZero();
        assertThat(US_ASCII.decode(first.flip().position(3)).toString()).isEqualTo("abcd");
        assertThat(US_ASCII.decode(second.flip()).toString()).isEqualTo("ef");
        there().shutdownOutput();
        assertThat(here().read(ByteBuffer.allocateDirect(1), ByteBuffer.allocate(1)))
                .isEqualTo(-1);
    }

    @Test
    void readWithoutRoomReturnsZeroAtOnce() throws IOException {
        assertThat(here().read(ByteBuffer.allocate(0))).isZero();
        assertThat(here().read(ByteBuffer.allocateDirect(5).position(5))).isZero();

        here().readTimeout(SHORT);
        assertThat(here().read(ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void readBlocksUntilAByteComes() throws IOException {
        Background<String> reading = Background.start(() -> read(here(), 1)).awaitBlocked();

        write(there(), "x");

        assertThat(reading.result()).isEqualTo("x");
    }

    @Test
    void writeTakesEverythingAndMovesThePositionToTheLimit() throws IOException {
        ByteOracle oracle = ByteOracle.of(1);
        int size = bulk() / 4;
        ByteBuffer from = ByteBuffer.allocate(size + 20).position(10).limit(size + 10);
        oracle.fill(0, from.duplicate());
        ByteOracle.Sink sink = oracle.sink();
        Background<?> reading = Background.run(() -> readInto(there(), sink, size));

        assertThat(here().write(from)).isEqualTo(size);

        assertThat(from.position()).isEqualTo(size + 10);
        assertThat(from.limit()).isEqualTo(size + 10);
        reading.result();
        sink.assertExactly(size);
    }

    @Test
    void aHeadAndABodyArriveOneAfterTheOther() throws IOException {
        ByteBuffer head = US_ASCII.encode("head:");
        ByteBuffer body = US_ASCII.encode("body");

        here().write(head, body);

        assertThat(head.hasRemaining()).isFalse();
        assertThat(body.hasRemaining()).isFalse();
        assertThat(read(there(), 9)).isEqualTo("head:body");
    }

    @Test
    void writeOfNothingReturnsZero() throws IOException {
        assertThat(here().write(ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void everyKindOfBufferIsTaken() throws IOException {
        byte[] bytes = "0123456789".getBytes(US_ASCII);
        here().write(ByteBuffer.allocateDirect(10).put(bytes).flip());
        here().write(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
        here().write(ByteBuffer.wrap(bytes, 3, 4).slice());

        ByteBuffer direct = ByteBuffer.allocateDirect(12).limit(10);
        while (direct.hasRemaining()) {
            assertThat(there().read(direct)).isPositive();
        }
        assertThat(US_ASCII.decode(direct.flip()).toString()).isEqualTo("0123456789");

        there().readTimeout(Duration.ofSeconds(10));
        direct.clear().limit(10);
        while (direct.hasRemaining()) {
            assertThat(there().read(direct)).isPositive();
        }
        assertThat(US_ASCII.decode(direct.flip()).toString()).isEqualTo("0123456789");

        byte[] array = new byte[20];
        ByteBuffer slice = ByteBuffer.wrap(array, 5, 4).slice();
        while (slice.hasRemaining()) {
            assertThat(there().read(slice)).isPositive();
        }
        assertThat(new String(array, 5, 4, US_ASCII)).isEqualTo("3456");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void largeTransfersBothWaysAtOnceArriveUnaltered(long seed) throws IOException {
        System.out.println(getClass().getSimpleName() + ": seed " + seed);
        ByteOracle forth = ByteOracle.of(seed);
        ByteOracle back = ByteOracle.of(~seed);
        int forthSize = new Random(seed).nextInt(bulk() / 2, bulk());
        int backSize = new Random(~seed).nextInt(bulk() / 2, bulk());
        ByteOracle.Sink forthSink = forth.sink();
        ByteOracle.Sink backSink = back.sink();

        Background<?> sending = Background.run(() -> send(here(), forth.source(forthSize), new Random(seed + 1)));
        Background<?> answering = Background.run(() -> send(there(), back.source(backSize), new Random(seed + 2)));
        Background<?> receiving = Background.run(() -> receive(there(), forthSink, forthSize, new Random(seed + 3)));
        receive(here(), backSink, backSize, new Random(seed + 4));
        sending.result();
        answering.result();
        receiving.result();

        forthSink.assertExactly(forthSize);
        backSink.assertExactly(backSize);
    }

    @Test
    void aWriterIsHeldBackWhileThePeerDoesNotReadAndLosesNothing() {
        ByteOracle oracle = ByteOracle.of(7);
        AtomicLong written = new AtomicLong();
        Background<?> writing = Background.run(() -> {
            ByteBuffer chunk = ByteBuffer.allocate(10_000);
            while (written.get() < MORE_THAN_ANY_BUFFER) {
                oracle.fill(written.get(), chunk.clear());
                written.addAndGet(here().write(chunk.flip()));
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
        });

        writing.awaitBlocked();
        long held = written.get();
        assertThat(held).isLessThan(MORE_THAN_ANY_BUFFER);

        ByteOracle.Sink sink = oracle.sink();
        Background.run(() -> readInto(there(), sink, held)).result();
        sink.assertExactly(held);
        here().abort();
        assertThat(writing.failure()).isInstanceOf(IOException.class);
    }

    // ---- the end of a direction

    @Test
    void whatABlockedWriteGetsRidOfShowsWhileItIsBlocked() throws IOException {
        assumeThat(here().lastTaken()).isPresent();
        long before = System.nanoTime();
        Background<?> writing = Background.run(() -> {
                    while (true) {
                        here().write(ByteBuffer.allocate(1 << 20));
                    }
                })
                .awaitBlocked();
        long blocked = here().lastTaken().orElseThrow();
        assertThat(blocked - before).isPositive();
        long look = System.nanoTime();
        assertThat(here().lastTaken().orElseThrow()).isLessThan(look);

        ByteBuffer into = ByteBuffer.allocate(1 << 20);
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            there().read(into.clear());
            return here().lastTaken().orElseThrow() - look > 0;
        });

        here().abort();
        writing.failure();
    }

    @Test
    void shutdownOutputEndsThePeersReadingBehindAllThatWasWritten() throws IOException {
        write(here(), "last words");
        here().shutdownOutput();

        assertThat(read(there(), 10)).isEqualTo("last words");
        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void theOtherDirectionGoesOnAfterAHalfClose() throws IOException {
        assumeThat(here().carriesHalfClose()).isTrue();
        here().shutdownOutput();
        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);

        ByteOracle oracle = ByteOracle.of(5);
        int size = bulk() / 4;
        Background<?> answering = Background.run(() -> {
            there().write(ByteBuffer.wrap(oracle.bytes(0, size)));
            there().shutdownOutput();
        });
        ByteOracle.Sink sink = oracle.sink();
        readInto(here(), sink, size);

        sink.assertExactly(size);
        assertThat(here().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        answering.result();
    }

    @Test
    void bothDirectionsEndWhereAHalfCloseIsNotCarried() throws IOException {
        assumeThat(here().carriesHalfClose()).isFalse();
        here().shutdownOutput();

        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(readFails(here())).isTrue();
        assertThat(Background.start(() -> writeUntilItFails(there())).result()).isInstanceOf(IOException.class);
    }

    @Test
    void aSecondShutdownOutputDoesNothing() throws IOException {
        here().shutdownOutput();
        here().shutdownOutput();

        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(here().isOpen()).isTrue();
    }

    @Test
    void writingAfterShutdownOutputFails() throws IOException {
        here().shutdownOutput();

        assertThatThrownBy(() -> write(here(), "x")).isInstanceOf(IOException.class);
    }

    @Test
    void shutdownOutputEndsABlockedReadOfThePeer() throws IOException {
        Background<Integer> reading =
                Background.start(() -> there().read(ByteBuffer.allocate(1))).awaitBlocked();

        here().shutdownOutput();

        assertThat(reading.result()).isEqualTo(-1);
    }

    // ---- read timeouts

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReadPastItsLimitThrowsTimedOutAndTheStreamStaysUsable(boolean direct) throws IOException {
        here().readTimeout(SHORT);
        ByteBuffer into = direct ? ByteBuffer.allocateDirect(4) : ByteBuffer.allocate(4);
        for (int i = 0; i < 2; i++) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> here().read(into)).isInstanceOf(TimedOut.class);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos() - 2_000_000);
        }
        assertThat(into.position()).isZero();
        assertThat(here().isOpen()).isTrue();

        write(there(), "late");
        write(here(), "and back");
        here().readTimeout(Duration.ofSeconds(10));
        while (into.hasRemaining()) {
            assertThat(here().read(into)).isPositive();
        }
        assertThat(US_ASCII.decode(into.flip()).toString()).isEqualTo("late");
        assertThat(read(there(), 8)).isEqualTo("and back");
    }

    @Test
    void aReadTimeoutOfZeroMeansNone() throws IOException {
        here().readTimeout(Duration.ofNanos(1));
        assertThatThrownBy(() -> here().read(ByteBuffer.allocate(1))).isInstanceOf(TimedOut.class);

        here().readTimeout(Duration.ZERO);
        Background<String> reading = Background.start(() -> read(here(), 1)).awaitBlocked();
        write(there(), "x");

        assertThat(reading.result()).isEqualTo("x");
    }

    @Test
    void aNegativeReadTimeoutIsRefused() {
        assertThatThrownBy(() -> here().readTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void readTimeoutsInTheMiddleOfATransferLoseNoByte(long seed) throws IOException {
        System.out.println(getClass().getSimpleName() + ": seed " + seed);
        ByteOracle oracle = ByteOracle.of(seed);
        int size = Math.min(bulk(), 300_000);
        Background<?> sending = Background.run(() -> {
            Random random = new Random(seed);
            for (ByteOracle.Source source = oracle.source(size); source.hasRemaining(); ) {
                there().write(ByteBuffer.wrap(source.next(random.nextInt(1, size / 20))));
                LockSupport.parkNanos(random.nextInt(4_000_000));
            }
        });

        here().readTimeout(Duration.ofMillis(1));
        ByteOracle.Sink sink = oracle.sink();
        ByteBuffer into = ByteBuffer.allocate(size / 7);
        int timeouts = 0;
        while (sink.count() < size) {
            try {
                assertThat(here().read(into.clear())).isPositive();
                sink.accept(into.flip());
            } catch (TimedOut e) {
                timeouts++;
            }
        }

        sink.assertExactly(size);
        assertThat(timeouts).isPositive();
        sending.result();
    }

    // ---- abort, close, interrupt

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void abortEndsABlockedReadAndABlockedWrite(boolean platformThreads) {
        Background<?> reading = start(platformThreads, () -> here().read(ByteBuffer.allocate(1)))
                .awaitBlocked();
        Background<?> writing =
                start(platformThreads, () -> writeUntilItFails(here())).awaitBlocked();

        here().abort();

        assertThat(reading.failure()).isInstanceOf(IOException.class);
        assertThat(writing.result()).isInstanceOf(IOException.class);
        assertThat(here().isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void abortEndsABoundedRead(boolean platformThreads) {
        here().readTimeout(Duration.ofSeconds(50));
        Background<?> reading = start(platformThreads, () -> here().read(ByteBuffer.allocate(1)))
                .awaitBlocked();

        here().abort();

        assertThat(reading.failure()).isInstanceOf(IOException.class).isNotInstanceOf(TimedOut.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeEndsABlockedReadAndABlockedWrite(boolean platformThreads) throws IOException {
        Background<?> reading = start(platformThreads, () -> here().read(ByteBuffer.allocate(1)))
                .awaitBlocked();
        Background<?> writing =
                start(platformThreads, () -> writeUntilItFails(here())).awaitBlocked();

        long start = System.nanoTime();
        here().close();

        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(4).toNanos());
        assertThat(reading.failure()).isInstanceOf(IOException.class);
        assertThat(writing.result()).isInstanceOf(IOException.class);
    }

    @Test
    void abortIsAnErrorToThePeerAndNotAnEnd() throws IOException {
        write(there(), "unread");
        Background<?> reading =
                Background.start(() -> there().read(ByteBuffer.allocate(1))).awaitBlocked();

        here().abort();

        assertThat(reading.failure()).isInstanceOf(IOException.class);
        assertThat(Background.start(() -> writeUntilItFails(there())).result()).isInstanceOf(IOException.class);
    }

    @Test
    void abortEndsABlockedWriteOfThePeer() {
        Background<IOException> writing =
                Background.start(() -> writeUntilItFails(there())).awaitBlocked();

        here().abort();

        assertThat(writing.result()).isInstanceOf(IOException.class);
    }

    @Test
    void interruptingABlockedReadAbortsTheStream() {
        Background<?> reading =
                Background.start(() -> here().read(ByteBuffer.allocate(1))).awaitBlocked();

        reading.interrupt();

        assertThat(reading.failure()).isInstanceOf(IOException.class);
        assertThat(here().isOpen()).isFalse();
        assertThat(Background.start(() -> readFails(there())).result()).isTrue();
    }

    @Test
    void interruptingABoundedReadAbortsTheStream() {
        here().readTimeout(Duration.ofSeconds(50));
        Background<?> reading =
                Background.start(() -> here().read(ByteBuffer.allocate(1))).awaitBlocked();

        reading.interrupt();

        assertThat(reading.failure()).isInstanceOf(IOException.class).isNotInstanceOf(TimedOut.class);
        assertThat(here().isOpen()).isFalse();
    }

    @Test
    void interruptingABlockedWriteAbortsTheStream() {
        Background<IOException> writing =
                Background.start(() -> writeUntilItFails(here())).awaitBlocked();

        writing.interrupt();

        assertThat(writing.result()).isInstanceOf(IOException.class);
        assertThat(here().isOpen()).isFalse();
    }

    @Test
    void closeDeliversWhatWasWrittenBefore() throws IOException {
        write(here(), "goodbye");
        here().close();

        assertThat(read(there(), 7)).isEqualTo("goodbye");
        assertThat(there().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void writingToAPeerThatClosedFailsInTheEnd() throws IOException {
        there().close();

        assertThat(Background.start(() -> writeUntilItFails(here())).result()).isInstanceOf(IOException.class);
    }

    @Test
    void aClosedStreamRefusesEverything() throws IOException {
        here().close();
        here().close();
        here().abort();

        assertThat(here().isOpen()).isFalse();
        assertThatThrownBy(() -> here().read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> here().read(ByteBuffer.allocate(0))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> write(here(), "x")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> here().shutdownOutput()).isInstanceOf(IOException.class);
    }

    @Test
    void anAbortedStreamRefusesEverything() throws IOException {
        here().abort();
        here().abort();
        here().close();

        assertThat(here().isOpen()).isFalse();
        assertThatThrownBy(() -> here().read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> write(here(), "x")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> here().shutdownOutput()).isInstanceOf(IOException.class);
    }

    // ---- what it is

    @Test
    void eachEndKnowsItsKindAndTheOthersAddress() throws IOException {
        assertThat(here().kind()).isEqualTo(there().kind());
        assertThat(here().remoteAddress()).isEqualTo(there().localAddress());
        assertThat(there().remoteAddress()).isEqualTo(here().localAddress());
        assertThat(here().carriesHalfClose()).isEqualTo(there().carriesHalfClose());
    }

    // ---- support

    private static <T extends @Nullable Object> Background<T> start(boolean platformThread, Callable<T> call) {
        return platformThread ? Background.startOnPlatformThread(call) : Background.start(call);
    }

    /** Writes in one call. */
    protected static void write(ByteStream stream, String text) throws IOException {
        ByteBuffer bytes = US_ASCII.encode(text);
        stream.write(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    /** Reads exactly {@code count} bytes. */
    protected static String read(ByteStream stream, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            assertThat(stream.read(into)).isPositive();
        }
        return US_ASCII.decode(into.flip()).toString();
    }

    private static void readInto(ByteStream stream, ByteOracle.Sink sink, long until) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(32 * 1024);
        while (sink.count() < until) {
            into.clear().limit((int) Math.min(into.capacity(), until - sink.count()));
            assertThat(stream.read(into)).isPositive();
            sink.accept(into.flip());
        }
    }

    private static void send(ByteStream stream, ByteOracle.Source source, Random random) throws IOException {
        while (source.hasRemaining()) {
            byte[] next = source.next(1 << random.nextInt(19));
            stream.write(
                    random.nextBoolean()
                            ? ByteBuffer.wrap(next)
                            : ByteBuffer.allocateDirect(next.length).put(next).flip());
        }
        if (stream.carriesHalfClose()) {
            stream.shutdownOutput();
        }
    }

    private static void receive(ByteStream stream, ByteOracle.Sink sink, int size, Random random) throws IOException {
        ByteBuffer heap = ByteBuffer.allocate(200_000);
        ByteBuffer direct = ByteBuffer.allocateDirect(200_000);
        while (sink.count() < size) {
            ByteBuffer into = random.nextBoolean() ? heap : direct;
            into.clear().limit(1 + (random.nextInt(into.capacity()) >>> random.nextInt(18)));
            assertThat(stream.read(into)).isPositive();
            sink.accept(into.flip());
        }
        if (stream.carriesHalfClose()) {
            assertThat(stream.read(heap.clear())).isEqualTo(-1);
        }
    }

    private static IOException writeUntilItFails(ByteStream stream) {
        ByteBuffer chunk = ByteBuffer.allocate(60_000);
        ByteOracle.of(60_000).fill(0, chunk.duplicate()); // a stream may make little of zeros
        for (long written = 0; written < MORE_THAN_ANY_BUFFER; written += chunk.capacity()) {
            try {
                stream.write(chunk.clear());
            } catch (IOException e) {
                return e;
            }
        }
        throw new AssertionError("writing went on");
    }

    /** Whether reading comes to an end, or to an error. */
    private static boolean readFails(ByteStream stream) {
        try {
            return stream.read(ByteBuffer.allocate(1)) == -1;
        } catch (IOException e) {
            return true;
        }
    }
}
