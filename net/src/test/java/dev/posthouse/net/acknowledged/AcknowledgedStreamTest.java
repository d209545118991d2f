package dev.posthouse.net.acknowledged;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How it ends, whoever ends it, and what either end knows then. */
@ExtendWith(LeakCheck.class)
class AcknowledgedStreamTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Time that a test makes, in ticks of a second. */
    private static final class Clock implements Ticker {
        private LongConsumer onTick = now -> {};
        private long now;

        @Override
        public Registration start(Duration each, LongConsumer tick) {
            onTick = tick;
            return () -> onTick = ignored -> {};
        }

        void pass(int seconds) {
            for (int i = 0; i < seconds; i++) {
                now += Duration.ofSeconds(1).toNanos();
                onTick.accept(now);
            }
        }
    }

    private final MemoryPair pair = MemoryPair.create();
    private final Clock hereClock = new Clock();
    private final Clock thereClock = new Clock();
    private final AcknowledgedStream here =
            AcknowledgedStream.over(pair.left(), AcknowledgedSettings.DEFAULT, hereClock);
    private final AcknowledgedStream there =
            AcknowledgedStream.over(pair.right(), AcknowledgedSettings.DEFAULT, thereClock);

    @AfterEach
    void close() throws IOException {
        here.close();
        there.close();
        assertThat(here.awaitGone(LONG)).isTrue();
        assertThat(there.awaitGone(LONG)).isTrue();
        pair.close();
    }

    private static void write(ByteStream stream, String text) throws IOException {
        stream.write(US_ASCII.encode(text));
    }

    private static String read(ByteStream stream) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(1_000);
        int count = stream.read(into);
        return count < 0 ? "end" : US_ASCII.decode(into.flip()).toString();
    }

    private static void assertLost(ConnectionLost.How how, Background.Action action) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(ConnectionLost.class, lost -> assertThat(lost.how())
                .isEqualTo(how));
    }

    /** Whoever reads into a buffer that takes nothing has itself to blame, and loses nothing. */
    @Test
    void aReadThatFailsForItsBufferLeavesTheNextOneItsPlace() throws IOException {
        write(here, "file");
        assertThatThrownBy(() -> there.read(ByteBuffer.allocate(10).asReadOnlyBuffer()))
                .isInstanceOfAny(IllegalArgumentException.class, ReadOnlyBufferException.class);

        assertThat(Background.start(() -> read(there)).result()).isEqualTo("file");
    }

    // ---- what the sender knows

    @Test
    void theEndCountsAsReceivedWhenItWasGiven() throws IOException {
        write(here, "file");
        here.shutdownOutput();
        var waiting = Background.run(here::awaitReceived);
        assertThat(read(there)).isEqualTo("file");
        waiting.awaitBlocked();
        assertThat(read(there)).isEqualTo("end");
        waiting.result();
    }

    @Test
    void theEndCountsAsReceivedWhenItWasConfirmedByHand() throws IOException {
        there.confirmEndByHand();
        write(here, "file");
        here.shutdownOutput();
        var waiting = Background.run(here::awaitReceived);

        assertThat(read(there)).isEqualTo("file");
        assertThat(read(there)).isEqualTo("end");
        waiting.awaitBlocked();
        there.acknowledge();

        waiting.result();
    }

    @Test
    void closingSaysThatAllOfItWasDealtWith() throws IOException {
        there.confirmEndByHand();
        write(here, "file");
        here.shutdownOutput();
        var waiting = Background.run(here::awaitReceived);
        assertThat(read(there)).isEqualTo("file");
        assertThat(read(there)).isEqualTo("end");

        there.close();

        waiting.result();
    }

    @Test
    void aReceiverThatClosesBeforeTheEndHasNotReceivedIt() throws IOException {
        write(here, "file");
        assertThat(read(there)).isEqualTo("file");
        there.close();

        assertLost(ConnectionLost.How.ABORTED, () -> {
            here.shutdownOutput();
            here.awaitReceived();
        });
    }

    @Test
    void eachDirectionEndsForItself() throws IOException {
        there.shutdownOutput();
        assertThat(read(here)).isEqualTo("end");
        write(here, "on it goes");
        here.shutdownOutput();
        assertThat(read(there)).isEqualTo("on it goes");
        assertThat(read(there)).isEqualTo("end");
        here.awaitReceived();
        there.awaitReceived();
    }

    // ---- ends that nobody has said

    @Test
    void aConnectionThatEndsWithoutAWordWasCutAtBothEnds() throws IOException {
        write(here, "half of it");
        assertThat(read(there)).isEqualTo("half of it");
        var waiting = Background.run(() -> {
            here.shutdownOutput();
            here.awaitReceived();
        });
        waiting.awaitBlocked();
        pair.right().close();

        assertThat(waiting.failure()).isInstanceOfSatisfying(ConnectionLost.class, lost -> assertThat(lost.how())
                .isEqualTo(ConnectionLost.How.CUT));
    }

    @Test
    void anOrderlyCloseBelowIsNoEnd() throws IOException {
        write(here, "half of it");
        assertThat(read(there)).isEqualTo("half of it");
        pair.left().shutdownOutput();
        assertLost(ConnectionLost.How.CUT, () -> read(there));
        assertLost(ConnectionLost.How.CUT, () -> read(there));
    }

    @Test
    void whatCameBeforeACutCanBeRead() throws IOException {
        write(here, "before");
        here.shutdownOutput();
        thereClock.pass(2); // the application is away, and somebody else reads
        pair.left().shutdownOutput();
        thereClock.pass(2);
        assertThat(read(there)).isEqualTo("before");
        assertThat(read(there)).isEqualTo("end");
    }

    @ParameterizedTest
    @EnumSource(AbortReason.class)
    void anAbortTellsWhy(AbortReason reason) throws IOException {
        write(here, "half of it");
        here.abort(reason);
        assertThat(read(there)).isEqualTo("half of it");
        assertThatThrownBy(() -> read(there))
                .isInstanceOf(ConnectionLost.class)
                .hasMessage("the peer gave up: " + reason.sentence());
        assertLost(ConnectionLost.How.ABORTED, () -> write(there, "x"));
    }

    // ---- time

    @Test
    void aPeerThatVanishesIsGivenUpAfterItsTimeAndNotBefore() throws IOException {
        here.awaitPeer(LONG);
        var reading = Background.start(() -> read(here));
        reading.awaitBlocked();
        hereClock.pass(60); // the first tick only begins to count; nobody answers, since there nobody ticks or reads
        reading.awaitBlocked();
        hereClock.pass(1);
        assertThat(reading.failure()).isInstanceOfSatisfying(ConnectionLost.class, lost -> assertThat(lost.how())
                .isEqualTo(ConnectionLost.How.SILENT));
    }

    @Test
    void aReaderThatPausesForTenMinutesIsNotGivenUp() throws IOException {
        ByteOracle oracle = ByteOracle.of(77);
        int size = 3 * AcknowledgedSettings.DEFAULT.window();
        var writing = Background.run(() -> {
            for (ByteOracle.Source source = oracle.source(size); source.hasRemaining(); ) {
                here.write(ByteBuffer.wrap(source.next(100_000)));
            }
            here.shutdownOutput();
            here.awaitReceived();
        });
        thereClock.pass(2); // the application there does not read, so that a substitute does
        writing.awaitBlocked(); // by what it may send
        long heldFor = 10 * 60;
        for (int second = 0; second < heldFor; second++) {
            hereClock.pass(1);
            thereClock.pass(1);
            if (second % 10 == 0) {
                writing.awaitBlocked();
            }
        }
        ByteOracle.Sink sink = oracle.sink();
        ByteBuffer into = ByteBuffer.allocate(100_000);
        while (there.read(into.clear()) >= 0) {
            sink.accept(into.flip());
        }
        there.acknowledge();
        sink.assertExactly(size);
        writing.result();
    }

    @Test
    void whoWasStoppedForAnHourHasNotListenedForAnHour() {
        var silence = new Silence(Duration.ofSeconds(60), Duration.ofSeconds(1));
        assertThat(silence.tick(0, 0)).isEqualTo(Silence.Verdict.WAIT);
        assertThat(silence.tick(Duration.ofHours(1).toNanos(), 0)).isEqualTo(Silence.Verdict.WAIT);
    }

    @Test
    void silenceIsAskedAboutThreeTimesAndThenGivenUp() {
        var silence = new Silence(Duration.ofSeconds(60), Duration.ofSeconds(1));
        long second = Duration.ofSeconds(1).toNanos();
        long start = Long.MAX_VALUE - 5 * second; // a count that overflows
        int asked = 0;
        int at = 0;
        for (Silence.Verdict verdict = Silence.Verdict.WAIT; verdict != Silence.Verdict.GIVE_UP; at++) {
            verdict = silence.tick(start + at * second, 1);
            asked += verdict == Silence.Verdict.PING ? 1 : 0;
        }
        assertThat(asked).isEqualTo(3);
        assertThat(at - 1).isEqualTo(60);
    }

    @Test
    void nobodyGreetsWhereNobodyIs() throws IOException {
        try (MemoryPair lonely = MemoryPair.create()) {
            AcknowledgedStream stream =
                    AcknowledgedStream.over(lonely.left(), AcknowledgedSettings.DEFAULT, new Clock());
            assertThatThrownBy(() -> stream.awaitPeer(Duration.ofMillis(50))).isInstanceOf(TimedOut.class);
            stream.abort();
            lonely.right().close();
            assertThat(stream.awaitGone(LONG)).isTrue();
        }
    }

    // ---- peers that do not keep to it

    private static final String GREETING = "02000010" + "0000000000000000" + "0000000000800000";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "06000000", // no such type
                "7f000001 00", // nor that
                "01000001 00", // an end with a payload
                "02000008 0000000000000000", // too short
                "03000041", // a question longer than any
                "05000000", // an abort without a reason
                "01000000 00000001 78", // data behind the end
                "01000000 01000000", // a second end
                "02000010 0000000000000001 0000000000900000", // received what was not sent
                "02000010 0000000000000000 0000000000000001", // allows less than before
            })
    void whatIsNoFrameIsAnErrorAndEndsTheConnection(String frames) throws IOException {
        try (MemoryPair lonely = MemoryPair.create()) {
            AcknowledgedStream stream =
                    AcknowledgedStream.over(lonely.left(), AcknowledgedSettings.DEFAULT, new Clock());
            lonely.right().write(hex(GREETING + frames));
            assertThatThrownBy(() -> {
                        while (stream.read(ByteBuffer.allocate(10)) >= 0) {
                            // to the end or to the error
                        }
                        stream.awaitReceived();
                    })
                    .isInstanceOf(ProtocolViolation.class);
            stream.abort();
            assertThat(stream.awaitGone(LONG)).isTrue();
        }
    }

    @Test
    void whoSendsMoreThanItMayIsStoppedBeforeItIsHeld() throws IOException {
        try (MemoryPair lonely = MemoryPair.create()) {
            AcknowledgedStream stream =
                    AcknowledgedStream.over(lonely.left(), AcknowledgedSettings.DEFAULT, new Clock());
            lonely.right().write(hex(GREETING + "00ffffff")); // 16 MiB announced, 8 allowed, nothing sent
            assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(10)))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("more than it was allowed");
            stream.abort();
            assertThat(stream.awaitGone(LONG)).isTrue();
        }
    }

    @Test
    void framesOfALaterKindAreSkippedAndQuestionsAnswered() throws IOException {
        try (MemoryPair lonely = MemoryPair.create()) {
            AcknowledgedStream stream =
                    AcknowledgedStream.over(lonely.left(), AcknowledgedSettings.DEFAULT, new Clock());
            lonely.right().write(hex(GREETING + "80000003 010203" + "03000002 abcd" + "00000002 6869" + "01000000"));
            assertThat(read(stream)).isEqualTo("hi");
            ByteBuffer said = ByteBuffer.allocate(100);
            while (said.position() < 20 + 6) {
                lonely.right().read(said);
            }
            byte[] pong = new byte[6];
            said.flip().position(20).get(pong);
            assertThat(pong).containsExactly(4, 0, 0, 2, 0xab, 0xcd);
            assertThat(read(stream)).isEqualTo("end");
            stream.abort();
            lonely.right().close();
            assertThat(stream.awaitGone(LONG)).isTrue();
        }
    }

    // ---- what costs little

    @Test
    void dataBeginAtAMultipleOfSixteenWhereTheSystemCopiesThem() throws IOException {
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var raw = new TcpStream(SocketChannel.open(listener.address()))) {
            AcknowledgedStream stream = AcknowledgedStream.over(
                    new TcpStream(listener.accept()), AcknowledgedSettings.DEFAULT, new Clock());
            int[] lengths = {10_000, 10_001, 5, 20_003, 30_000};
            for (int length : lengths) {
                stream.write(ByteBuffer.allocate(length));
            }

            int position = 0;
            List<Integer> large = new ArrayList<>();
            while (large.size() < 4) {
                int header = ByteBuffer.wrap(exactly(raw, 4)).getInt();
                int length = header & 0xff_ffff;
                position += 4;
                if (header >>> 24 == 0 && length > 5) {
                    assertThat(position % 16).as("behind %s", large).isZero();
                    large.add(length);
                }
                exactly(raw, length);
                position += length;
            }
            assertThat(large).containsExactly(10_000, 10_001, 20_003, 30_000);

            stream.abort();
            raw.close();
            assertThat(stream.awaitGone(LONG)).isTrue();
        }
    }

    private static byte[] exactly(ByteStream stream, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            assertThat(stream.read(into)).isPositive();
        }
        return into.array();
    }

    @Test
    void whateverStandsInFrontOfDataNothingIsLost() throws IOException {
        var random = new Random(4711);
        System.out.println("seed 4711");
        for (int round = 0; round < 50; round++) {
            var frames = new ByteArrayOutputStream();
            var expected = new ByteArrayOutputStream();
            for (int frame = 0; frame < 40; frame++) {
                // None, as much as ours, more than is read ahead.
                for (int padding = random.nextInt(4) - 1; padding >= 0; padding = random.nextInt(5) == 0 ? 0 : -1) {
                    frames.writeBytes(header(0x80, padding * 40));
                    frames.writeBytes(new byte[padding * 40]);
                }
                if (random.nextInt(4) == 0) {
                    frames.writeBytes(header(4, 3));
                    frames.writeBytes(new byte[3]);
                }
                byte[] data = new byte[random.nextInt(300)];
                random.nextBytes(data);
                frames.writeBytes(header(0, data.length));
                frames.writeBytes(data);
                expected.writeBytes(data);
            }
            frames.writeBytes(header(1, 0));
            assertThat(taken(frames.toByteArray(), random)).isEqualTo(expected.toByteArray());
        }
    }

    /** What a stream makes of frames that come in pieces of any size. */
    private static byte[] taken(byte[] frames, Random random) throws IOException {
        try (MemoryPair lonely = MemoryPair.create()) {
            var incoming = new Incoming(lonely.left(), new Deaf());
            var taken = new ByteArrayOutputStream();
            int room = 1 + random.nextInt(400);
            int most = 1 + random.nextInt(400);
            var writing = Background.run(() -> {
                for (int at = 0; at < frames.length; ) {
                    int count = Math.min(frames.length - at, 1 + random.nextInt(most));
                    lonely.right().write(ByteBuffer.wrap(frames, at, count));
                    at += count;
                }
                lonely.right().shutdownOutput();
            });
            ByteBuffer into = ByteBuffer.allocate(room);
            while (incoming.step(into.clear(), Duration.ZERO) != Incoming.ENDED) {
                taken.write(into.array(), 0, into.position());
            }
            writing.result();
            return taken.toByteArray();
        }
    }

    private static final class Deaf implements Incoming.Listener {
        @Override
        public void heard() {}

        @Override
        public void announced(int length) {}

        @Override
        public void end() {}

        @Override
        public void received(long position, long allowed) {}

        @Override
        public void ping(byte[] question) {}

        @Override
        public void aborted(AbortReason reason) {}
    }

    private static byte[] header(int type, int length) {
        return ByteBuffer.allocate(4).putInt(type << 24 | length).array();
    }

    private static ByteBuffer hex(String text) {
        return ByteBuffer.wrap(java.util.HexFormat.of().parseHex(text.replace(" ", "")));
    }
}
