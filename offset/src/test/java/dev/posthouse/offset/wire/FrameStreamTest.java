package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.sun.management.ThreadMXBean;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.Vectors;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class FrameStreamTest {

    private static final int LONGEST = 1_000;

    static Stream<JsonObject> framing() {
        return Vectors.cases("framing.json");
    }

    @ParameterizedTest
    @MethodSource("framing")
    void framesAreWrittenAsTheOriginalDoes(JsonObject one) throws Exception {
        byte[] payload = Vectors.bytes(one, "payload");
        for (LengthPrefix prefix : LengthPrefix.values()) {
            Recorder recorder = new Recorder(MemoryPair.create().left());
            ByteBuffer message = ByteBuffer.wrap(payload);
            new FrameStream(recorder, prefix, LONGEST).send(message);

            assertThat(message.hasRemaining()).isFalse();
            assertThat(recorder.writes).hasSize(1); // one packet where it fits in one
            assertThat(recorder.writes.getFirst()).isEqualTo(Vectors.bytes(one, field(prefix)));
        }
    }

    @ParameterizedTest
    @EnumSource(LengthPrefix.class)
    void framesAreReadHoweverTheyAreCut(LengthPrefix prefix) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(1_000);
        List<ByteBuffer> expected = new ArrayList<>();
        framing().forEach(one -> {
            bytes.put(Vectors.bytes(one, field(prefix)));
            expected.add(ByteBuffer.wrap(Vectors.bytes(one, "payload")));
        });
        byte[] all = Bytes.array(bytes.flip());
        for (int cut = 0; cut <= all.length; cut++) {
            try (MemoryPair pair = MemoryPair.create()) {
                FrameStream frames = new FrameStream(pair.right(), prefix, LONGEST);
                pair.left().write(ByteBuffer.wrap(all, 0, cut));
                int at = cut;
                Background<List<ByteBuffer>> receiver = Background.start(() -> receiveAll(frames));
                pair.left().write(ByteBuffer.wrap(all, at, all.length - at));
                pair.left().shutdownOutput();
                assertThat(receiver.result()).as("cut at %d", cut).isEqualTo(expected);
            }
        }
        try (MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(1))) {
            FrameStream frames = new FrameStream(pair.right(), prefix, LONGEST);
            Background<List<ByteBuffer>> receiver = Background.start(() -> receiveAll(frames));
            pair.left().write(ByteBuffer.wrap(all));
            pair.left().shutdownOutput();
            assertThat(receiver.result()).as("each byte by itself").isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(LengthPrefix.class)
    void anEndWithinAFrameIsNoOrderlyEnd(LengthPrefix prefix) throws Exception {
        byte[] frame = Bytes.array(frame(prefix, Bytes.pattern(5, 1, 1)));
        for (int length = 1; length < frame.length; length++) {
            try (MemoryPair pair = MemoryPair.create()) {
                pair.left().write(ByteBuffer.wrap(frame, 0, length));
                pair.left().shutdownOutput();
                FrameStream frames = new FrameStream(pair.right(), prefix, LONGEST);
                assertThatThrownBy(frames::receive).as("after %d", length).isInstanceOf(EOFException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "U64, 00 00 00 00 00 00 03 e9, 1001",
        "U64, 00 00 00 01 00 00 00 00, 4294967296",
        "U64, 7f ff ff ff ff ff ff ff, 9223372036854775807",
        "U64, 80 00 00 00 00 00 00 00, 9223372036854775808",
        "U64, ff ff ff ff ff ff ff ff, 18446744073709551615",
        "U32, 00 00 03 e9, 1001",
        "U32, 80 00 00 00, 2147483648",
        "U32, ff ff ff ff, 4294967295",
    })
    void aLengthPastTheBoundIsRefused(LengthPrefix prefix, String header, String length) throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            pair.left().write(Bytes.hex(header));
            FrameStream frames = new FrameStream(pair.right(), prefix, LONGEST);
            assertThatThrownBy(frames::receive)
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessage("a frame has at most 1000 bytes, not " + length);
        }
    }

    @Test
    void theLongestFrameIsAllowedAndNoLonger() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            FrameStream here = new FrameStream(pair.left(), LengthPrefix.U64, LONGEST);
            FrameStream there = new FrameStream(pair.right(), LengthPrefix.U64, LONGEST);
            here.send(ByteBuffer.wrap(Bytes.pattern(LONGEST, 3, 1)));
            assertThat(there.receive()).contains(ByteBuffer.wrap(Bytes.pattern(LONGEST, 3, 1)));
            assertThat(here.longest()).isEqualTo(LONGEST);
            assertThatThrownBy(() -> here.send(ByteBuffer.allocate(LONGEST + 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a frame has at most 1000 bytes, not 1001");
        }
    }

    @ParameterizedTest
    @CsvSource({"65535", "65536", "65537", "262144", "262145", "1310720"})
    void longFramesArriveWhole(int length) throws Exception {
        byte[] payload = Bytes.pattern(length, 13, 5);
        try (MemoryPair pair = MemoryPair.create()) {
            FrameStream here = new FrameStream(pair.left(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
            FrameStream there = new FrameStream(pair.right(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
            Background<@Nullable Void> sender = Background.run(() -> here.send(ByteBuffer.wrap(payload)));
            assertThat(there.receive().map(Bytes::array)).hasValue(payload);
            sender.result();
        }
    }

    @Test
    void anAnnouncementAloneCostsLittle() throws Exception {
        ThreadMXBean threads = Objects.requireNonNull(ManagementFactory.getPlatformMXBean(ThreadMXBean.class));
        long cost = 0;
        for (int i = 0; i < 2; i++) { // the first time loads classes
            try (MemoryPair pair = MemoryPair.create()) {
                pair.left().write(Bytes.hex("00 00 00 00 3f ff ff ff 01 02 03"));
                pair.left().shutdownOutput();
                FrameStream frames = new FrameStream(pair.right(), LengthPrefix.U64, 0x3fff_ffff);
                long before = threads.getCurrentThreadAllocatedBytes();
                assertThatThrownBy(frames::receive).isInstanceOf(EOFException.class);
                cost = threads.getCurrentThreadAllocatedBytes() - before;
            }
        }
        assertThat(cost).isLessThan(256 * 1024);
    }

    @Test
    void messagesOfManySendersAreNotMixed() throws Exception {
        try (MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(100))) {
            FrameStream here = new FrameStream(pair.left(), LengthPrefix.U64, LONGEST);
            FrameStream there = new FrameStream(pair.right(), LengthPrefix.U64, LONGEST);
            List<Background<@Nullable Void>> senders = new ArrayList<>();
            for (int sender = 0; sender < 4; sender++) {
                byte[] message = Bytes.pattern(300 + sender, 0, sender);
                senders.add(Background.run(() -> {
                    for (int i = 0; i < 50; i++) {
                        here.send(ByteBuffer.wrap(message));
                    }
                }));
            }
            int[] counts = new int[4];
            for (int i = 0; i < 200; i++) {
                byte[] message = Bytes.array(there.receive().orElseThrow());
                assertThat(message).isEqualTo(Bytes.pattern(message.length, 0, message.length - 300));
                counts[message.length - 300]++;
            }
            senders.forEach(Background::result);
            assertThat(counts).containsOnly(50);
        }
    }

    @Test
    void aBoundOnReadsThatIsLeftFromBeforeIsTakenOff() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            pair.right().readTimeout(Duration.ofMillis(1));
            FrameStream frames = new FrameStream(pair.right(), LengthPrefix.U32, LONGEST);
            Background<Object> receiver =
                    Background.<Object>start(frames::receive).awaitBlocked();
            pair.left().write(Bytes.hex("00 00 00"));
            receiver.awaitBlocked();
            pair.left().write(Bytes.hex("01 07"));
            assertThat(receiver.result()).isEqualTo(Optional.of(Bytes.hex("07")));
        }
    }

    @Test
    void aSecondReceiverIsAMistake() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            FrameStream frames = new FrameStream(pair.right(), LengthPrefix.U64, LONGEST);
            Background<Object> first = Background.<Object>start(frames::receive).awaitBlocked();
            assertThatThrownBy(frames::receive).isInstanceOf(IllegalStateException.class);
            frames.abort();
            assertThat(first.failure()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aBoundWithoutRoomForAVersionIsAMistake() {
        ByteStream stream = MemoryPair.create().left();
        assertThatThrownBy(() -> new FrameStream(stream, LengthPrefix.U64, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<ByteBuffer> receiveAll(FrameStream frames) throws IOException {
        List<ByteBuffer> received = new ArrayList<>();
        for (var frame = frames.receive(); frame.isPresent(); frame = frames.receive()) {
            received.add(frame.get());
        }
        return received;
    }

    private static String field(LengthPrefix prefix) {
        return switch (prefix) {
            case U64 -> "u64be";
            case U32 -> "u32be_legacy";
        };
    }

    private static ByteBuffer frame(LengthPrefix prefix, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(prefix.bytes() + payload.length);
        return frame.position(prefix.bytes() - 1)
                .put((byte) payload.length)
                .put(payload)
                .flip();
    }
}
