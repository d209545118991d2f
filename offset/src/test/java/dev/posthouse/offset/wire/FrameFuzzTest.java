package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any bytes are frames, and then an end in order, an end within one, or a refusal: whichever the lengths say. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class FrameFuzzTest {

    private static final int LONGEST = 300;

    @FuzzTest(maxDuration = "2m")
    void frames(byte[] bytes) throws IOException {
        for (LengthPrefix prefix : LengthPrefix.values()) {
            assertFrames(bytes, prefix);
        }
        FirstBytes told = FirstBytes.of(ByteBuffer.wrap(bytes));
        assertThat(told == FirstBytes.NEED_MORE).isEqualTo(isStartOfEither(bytes));
    }

    private static void assertFrames(byte[] bytes, LengthPrefix prefix) throws IOException {
        MemoryPair pair = MemoryPair.create();
        pair.left().shutdownOutput();
        FrameStream frames =
                new FrameStream(PushbackStream.of(pair.right(), ByteBuffer.wrap(bytes.clone())), prefix, LONGEST);
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (true) {
            try {
                Optional<ByteBuffer> frame = frames.receive();
                if (frame.isEmpty()) {
                    assertThat(left.hasRemaining()).isFalse();
                    return;
                }
                assertThat(length(left, prefix)).isEqualTo(frame.get().remaining());
                assertThat(frame.get())
                        .isEqualTo(left.slice(left.position(), frame.get().remaining()));
                left.position(left.position() + frame.get().remaining());
            } catch (ProtocolViolation e) {
                long length = length(left, prefix);
                assertThat(length < 0 || length > LONGEST).isTrue();
                return;
            } catch (EOFException e) {
                assertThat(left.hasRemaining()).isTrue();
                if (left.remaining() >= prefix.bytes()) {
                    assertThat(length(left, prefix)).isBetween(left.remaining() + 1L, (long) LONGEST);
                }
                return;
            }
        }
    }

    private static long length(ByteBuffer left, LengthPrefix prefix) {
        return prefix == LengthPrefix.U64 ? left.getLong() : Integer.toUnsignedLong(left.getInt());
    }

    private static boolean isStartOfEither(byte[] bytes) {
        byte[] current = {0, 0, 0, 0, 0, 0, 0, 4};
        byte[] legacy = {0, 0, 0, 4, 0, 0, 0, 0};
        return bytes.length < 8
                && (Arrays.equals(bytes, Arrays.copyOf(current, bytes.length))
                        || Arrays.equals(bytes, Arrays.copyOf(legacy, bytes.length)));
    }
}
