package dev.posthouse.offset.channel;

import static dev.posthouse.offset.channel.ChannelPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.memory.Link;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records, in order and whole, while keys change; everything else ends the channel. */
@ExtendWith(LeakCheck.class)
class SecureChannelTest {

    private static void assertCarries(SecureChannel from, SecureChannel to, String what) throws IOException {
        from.send(text(what));
        assertThat(text(to.receive())).isEqualTo(what);
    }

    private static void fiveEachWay(ChannelPair pair) throws IOException {
        for (int i = 0; i < 5; i++) {
            assertCarries(pair.left(), pair.right(), "there " + i);
            assertCarries(pair.right(), pair.left(), "back " + i);
        }
    }

    /** Reads both sides until the rekey is through, with a message behind it each way. */
    private static void settle(ChannelPair pair, long rekeys) throws IOException {
        var left = Background.start(() -> readUntil(pair.left(), rekeys));
        var right = Background.start(() -> readUntil(pair.right(), rekeys));
        Awaitility.await()
                .until(() -> pair.left().rekeys() == rekeys && pair.right().rekeys() == rekeys);
        pair.left().send(text("settled"));
        pair.right().send(text("settled"));
        left.result();
        right.result();
    }

    private static long readUntil(SecureChannel channel, long rekeys) throws IOException {
        assertThat(text(channel.receive())).isEqualTo("settled");
        return rekeys;
    }

    @Test
    void fiveMessagesEachWayThenRekeysOfAllKinds() throws IOException {
        try (ChannelPair pair = ChannelPair.create()) {
            assertThat(pair.left().peer()).isEqualTo(ChannelPair.RIGHT.publicKey());
            assertThat(pair.right().peer()).isEqualTo(ChannelPair.LEFT.publicKey());
            fiveEachWay(pair);
            pair.left().rekey();
            settle(pair, 1);
            fiveEachWay(pair);
            pair.right().rekey();
            settle(pair, 2);
            fiveEachWay(pair);
            // Both have sent theirs before either reads.
            pair.left().rekey();
            pair.right().rekey();
            settle(pair, 3);
            fiveEachWay(pair);
        }
    }

    @Test
    void secondRekeyWaitsForTheFirst() throws IOException {
        try (ChannelPair pair = ChannelPair.create()) {
            pair.left().rekey();
            pair.left().rekey();
            pair.left().rekey();
            settle(pair, 1);
            fiveEachWay(pair);
            pair.left().rekey();
            settle(pair, 2);
            fiveEachWay(pair);
        }
    }

    @Test
    void oldReceiverOpensWhatWasUnderWayWhenTheKeysChanged() throws IOException {
        try (ChannelPair pair = ChannelPair.create()) {
            pair.left().rekey();
            // Behind its rekey, and still under the old key: the answer has not come.
            for (int i = 0; i < 5; i++) {
                pair.left().send(text("old " + i));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(text(pair.right().receive())).isEqualTo("old " + i);
            }
            assertThat(pair.right().rekeys()).isEqualTo(1);
            settle(pair, 1);
            fiveEachWay(pair);
        }
    }

    /** What the peer does by the book, by hand. */
    private static final class ByHand implements AutoCloseable {
        private final ChannelPair.Ends ends = ChannelPair.Ends.create();
        private final SecureChannel channel;
        private final RawChannel raw;

        ByHand() throws IOException {
            var other = Background.start(() -> RawChannel.establish(ends.right(), ChannelPair.RIGHT));
            channel = SecureChannel.establish(
                    ends.left(), ChannelPair.LEFT, Optional.empty(), ChannelSettings.DEFAULT.withMostPadding(0));
            raw = other.result();
        }

        @Override
        public void close() {
            ends.left().abort();
            ends.right().abort();
        }
    }

    private static Content user(String text) {
        return new Content.User(text(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 11, 12, 27, 28})
    void recordThatIsTooShortEndsTheChannel(int length) throws IOException {
        try (var hand = new ByHand()) {
            hand.raw.sendRecord(ByteBuffer.allocate(length));
            assertThatThrownBy(hand.channel::receive).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void replayedRecordEndsTheChannel() throws IOException {
        try (var hand = new ByHand()) {
            ByteBuffer record = hand.raw.seal(user("once"), Shape.NESTED);
            hand.raw.sendRecord(record.duplicate());
            hand.raw.sendRecord(record.duplicate());
            assertThat(text(hand.channel.receive())).isEqualTo("once");
            assertThatThrownBy(hand.channel::receive).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void recordsOutOfOrderEndTheChannel() throws IOException {
        try (var hand = new ByHand()) {
            ByteBuffer first = hand.raw.seal(user("first"), Shape.NESTED);
            hand.raw.sendRecord(hand.raw.seal(user("second"), Shape.NESTED));
            hand.raw.sendRecord(first);
            assertThatThrownBy(hand.channel::receive).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void alteredRecordEndsTheChannelWhereverItWasAltered() throws IOException {
        ByteBuffer example;
        try (var hand = new ByHand()) {
            example = hand.raw.seal(user("m"), Shape.NESTED);
        }
        for (int at = 0; at < example.remaining(); at++) {
            try (var hand = new ByHand()) {
                ByteBuffer record = hand.raw.seal(user("m"), Shape.NESTED);
                record.put(at, (byte) (record.get(at) ^ 1));
                hand.raw.sendRecord(record);
                assertThatThrownBy(hand.channel::receive).isInstanceOf(ProtocolViolation.class);
            }
        }
    }

    @Test
    void recordThatOpensAndIsNoMessageEndsTheChannel() throws IOException {
        for (byte[] plaintext : List.of(
                new byte[0],
                new byte[] {0x55},
                new byte[64],
                "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            try (var hand = new ByHand()) {
                hand.raw.sendRecord(hand.raw.seal(ByteBuffer.wrap(plaintext)));
                assertThatThrownBy(() -> {
                            // Zeroes are a message: null pointers read as the default, a rekey of zeroes.
                            hand.channel.receive();
                        })
                        .isInstanceOfAny(ProtocolViolation.class, AuthenticationFailed.class);
            }
        }
    }

    @Test
    void rekeyWithAPointOfLowOrderEndsTheChannel() throws IOException {
        try (var hand = new ByHand()) {
            hand.raw.sendRecord(
                    hand.raw.seal(new Content.Rekey(Octets.of(new byte[32]), Octets.of(new byte[32])), Shape.NESTED));
            assertThatThrownBy(hand.channel::receive).isInstanceOf(AuthenticationFailed.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void answersInTheShapeInWhichThePeerSpeaks(Shape shape) throws IOException {
        try (var hand = new ByHand()) {
            hand.raw.send(text("hello"), shape);
            assertThat(text(hand.channel.receive())).isEqualTo("hello");
            hand.channel.send(text("answer"));
            ChannelMessage.Decoded answer = hand.raw.receive();
            assertThat(answer.shape()).isEqualTo(shape);
            assertThat(answer.content()).isEqualTo(user("answer"));
            hand.channel.rekey();
            ChannelMessage.Decoded rekey = hand.raw.receive();
            assertThat(rekey.shape()).isEqualTo(shape);
            assertThat(rekey.content()).isInstanceOf(Content.Rekey.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 255, 65_535})
    void longestMessageGoesThroughWhateverThePadding(int padding) throws IOException {
        try (ChannelPair pair = ChannelPair.create(ChannelSettings.DEFAULT.withMostPadding(padding), Link.DEFAULT)) {
            int longest = pair.left().longest();
            assertThat(longest).isGreaterThan(1 << 20);
            byte[] message = new byte[longest];
            new SplittableRandom(5).nextBytes(message);
            var receiving = Background.start(() -> pair.right().receive().orElseThrow());
            pair.left().send(ByteBuffer.wrap(message));
            assertThat(receiving.result()).isEqualTo(ByteBuffer.wrap(message));
            assertThatThrownBy(() -> pair.left().send(ByteBuffer.allocate(longest + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            var next = Background.start(() -> pair.right().receive().orElseThrow());
            pair.left().send(text("still there"));
            assertThat(next.result()).isEqualTo(text("still there"));
        }
    }

    @Test
    void paddingIsDrawnFromTheWholeOfWhatWasAskedFor() throws IOException {
        try (var hand = new ByHand()) {
            var most = new Randomness.Secure(3);
            var seen = new java.util.TreeSet<Integer>();
            for (int i = 0; i < 1_000; i++) {
                seen.add(most.padding().remaining());
            }
            assertThat(seen).containsExactly(0, 1, 2, 3);
            hand.channel.send(text("m"));
            assertThat(hand.raw.receive().padding()).isZero();
        }
    }

    @Test
    void rekeyAtAPeerThatDoesNotReadDoesNotKeepUsFromReading() throws IOException {
        Link narrow = Link.DEFAULT.withBufferSize(300);
        try (ChannelPair pair = ChannelPair.create(ChannelSettings.DEFAULT, narrow)) {
            var blocked = Background.run(() -> pair.left().send(ChannelPair.noise(10_000)));
            blocked.awaitBlocked();
            pair.left().rekey();
            var sending = Background.run(() -> {
                pair.right().rekey();
                for (int i = 0; i < 100; i++) {
                    pair.right().send(text("m" + i));
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(text(pair.left().receive())).isEqualTo("m" + i);
            }
            sending.result();
            assertThat(blocked.isDone()).isFalse();
            assertThat(pair.right().receive().orElseThrow().remaining()).isEqualTo(10_000);
            blocked.result();
            settle(pair, 1);
        }
    }

    // ---- timed

    @Test
    void rekeysWhenItsTicksHavePassedAndAgain() throws IOException {
        var ticks = new ManualTicks();
        ChannelSettings settings = ChannelSettings.DEFAULT.withRekeyTicks(16);
        try (ChannelPair pair = ChannelPair.create(settings, Link.DEFAULT)) {
            Ticks.Registration one = ticks.each(pair.left()::tick);
            for (int round = 1; round <= 3; round++) {
                ticks.tick(16);
                fiveEachWay(pair);
                assertThat(pair.left().rekeys()).isEqualTo(round - 1);
                ticks.tick();
                settle(pair, round);
                fiveEachWay(pair);
            }
            one.close();
        }
    }

    @Test
    void bothTimersAtOnceAreASimultaneousRekey() throws IOException {
        var ticks = new ManualTicks();
        ChannelSettings settings = ChannelSettings.DEFAULT.withRekeyTicks(16);
        try (ChannelPair pair = ChannelPair.create(settings, Link.DEFAULT)) {
            ticks.each(pair.left()::tick);
            ticks.each(pair.right()::tick);
            for (int round = 1; round <= 3; round++) {
                ticks.tick(17);
                settle(pair, round);
                fiveEachWay(pair);
            }
        }
    }

    @Test
    void rekeyOfThePeerCountsAsOursToo() throws IOException {
        var ticks = new ManualTicks();
        ChannelSettings settings = ChannelSettings.DEFAULT.withRekeyTicks(16);
        try (ChannelPair pair = ChannelPair.create(settings, Link.DEFAULT)) {
            ticks.each(pair.left()::tick);
            ticks.tick(10);
            pair.right().rekey();
            settle(pair, 1);
            ticks.tick(16);
            fiveEachWay(pair);
            assertThat(pair.left().rekeys()).isEqualTo(1);
            ticks.tick();
            settle(pair, 2);
        }
    }

    @Test
    void zeroTicksMeanNoRekeyOfOurOwn() throws IOException {
        var ticks = new ManualTicks();
        try (ChannelPair pair = ChannelPair.create(ChannelSettings.DEFAULT.withRekeyTicks(0), Link.DEFAULT)) {
            ticks.each(pair.left()::tick);
            ticks.tick(10_000);
            fiveEachWay(pair);
            assertThat(pair.right().rekeys()).isZero();
            pair.right().rekey();
            settle(pair, 1);
            fiveEachWay(pair);
        }
    }

    // ---- everything at once

    private static final int SENDERS = 3;
    private static final int MESSAGES = 400;

    /** {@code -Dposthouse.seed} repeats a run's choices, though not its interleaving. */
    private static final long SEED = Long.getLong("posthouse.seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(ints = {300, 5_000, 64 * 1_024})
    void everyMessageArrivesOnceAndInOrderWhileBothSidesSendAndRekey(int buffer) throws IOException {
        System.out.println("SecureChannelTest seed " + SEED);
        Link link = Link.DEFAULT.withBufferSize(buffer);
        try (ChannelPair pair = ChannelPair.create(ChannelSettings.DEFAULT, link)) {
            List<Background<?>> all = new ArrayList<>();
            var sending = new AtomicInteger(2 * SENDERS);
            for (SecureChannel channel : List.of(pair.left(), pair.right())) {
                for (int sender = 0; sender < SENDERS; sender++) {
                    int number = sender;
                    var random = new SplittableRandom(SEED + sender);
                    all.add(Background.run(() -> {
                        for (int i = 0; i < MESSAGES; i++) {
                            ByteBuffer message = ByteBuffer.allocate(8 + random.nextInt(random.nextInt(600) + 1));
                            channel.send(message.putInt(0, number).putInt(4, i));
                            if (random.nextInt(10) == 0) {
                                channel.rekey();
                            }
                        }
                        sending.decrementAndGet();
                    }));
                }
                all.add(Background.run(() -> {
                    int[] next = new int[SENDERS];
                    for (int i = 0; i < SENDERS * MESSAGES; i++) {
                        ByteBuffer message = channel.receive().orElseThrow();
                        int number = message.getInt();
                        assertThat(message.getInt()).isEqualTo(next[number]++);
                    }
                }));
            }
            all.forEach(Background::result);
            assertThat(pair.left().rekeys()).isPositive();
        }
    }
}
