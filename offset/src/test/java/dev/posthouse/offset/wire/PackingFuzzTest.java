package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Packing and unpacking do what the runtime does, and what the format's description says where the runtime is unclear. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class PackingFuzzTest {

    private static final int LONGER_THAN_A_RUN = 4_096;

    @FuzzTest(maxDuration = "2m")
    void words(byte[] bytes) throws IOException {
        byte[] words = Arrays.copyOf(bytes, bytes.length / Long.BYTES * Long.BYTES);
        PackingTest.assertSameAsTheRuntime(words);
        assertThat(PackingTest.runtimeUnpack(PackingTest.pack(words), words.length))
                .isEqualTo(words);
    }

    /** The first byte says how many words are asked for. */
    @FuzzTest(maxDuration = "2m")
    void packed(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        int length = (bytes[0] & 0xff) * Long.BYTES;
        byte[] packed = Arrays.copyOfRange(bytes, 1, bytes.length);
        Optional<byte[]> ours = ours(packed, length);
        Optional<byte[]> slow = slow(packed, length);
        assertThat(ours.isPresent()).isEqualTo(slow.isPresent());
        ours.ifPresent(words -> assertThat(words).isEqualTo(slow.orElseThrow()));
        if (ours.isPresent()) {
            // The runtime never returns where it meets the end, so there is always something behind.
            Optional<byte[]> runtime = runtime(Arrays.copyOf(packed, packed.length + LONGER_THAN_A_RUN), length);
            runtime.ifPresent(words -> assertThat(words).isEqualTo(ours.get()));
        }
    }

    private static Optional<byte[]> ours(byte[] packed, int length) {
        try {
            return Optional.of(PackingTest.unpack(packed, length));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    /** Refuses a run that crosses the end, which ours does not. */
    private static Optional<byte[]> runtime(byte[] packed, int length) {
        try {
            return Optional.of(PackingTest.runtimeUnpack(packed, length));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The description of the format, byte by byte. */
    private static Optional<byte[]> slow(byte[] packed, int length) {
        byte[] words = new byte[length];
        int in = 0;
        try {
            for (int out = 0; out < length; ) {
                int tag = packed[in++] & 0xff;
                for (int bit = 0; bit < 8; bit++) {
                    words[out++] = (tag & (1 << bit)) == 0 ? 0 : packed[in++];
                }
                if (tag == 0) {
                    out += 8 * (packed[in++] & 0xff);
                } else if (tag == 0xff) {
                    for (int raw = 8 * (packed[in++] & 0xff); raw > 0 && out < length; raw--) {
                        words[out++] = packed[in++];
                    }
                }
            }
            return Optional.of(words);
        } catch (ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
