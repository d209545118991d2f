package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.capnproto.ArrayInputStream;
import org.capnproto.ArrayOutputStream;
import org.capnproto.PackedInputStream;
import org.capnproto.PackedOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words packed and unpacked, beside the runtime's own streams. */
class PackingTest {

    /** The examples of the format's own description, and the ends of runs. */
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "08 00 00 00 03 00 02 00, 51 08 03 02",
        "00 00 00 00 00 00 00 00, 00 00",
        "01 02 03 04 05 06 07 08, ff 01 02 03 04 05 06 07 08 00",
        "01 02 03 04 05 06 07 08 01 00 03 04 05 06 07 08, ff 01 02 03 04 05 06 07 08 01 01 00 03 04 05 06 07 08",
        "01 02 03 04 05 06 07 08 01 00 03 04 05 06 00 08, ff 01 02 03 04 05 06 07 08 00 bd 01 03 04 05 06 08",
    })
    void isWrittenAndRead(String words, String packed) throws IOException {
        byte[] unpacked = Bytes.array(Bytes.hex(words));
        assertThat(pack(unpacked)).isEqualTo(Bytes.array(Bytes.hex(packed)));
        assertThat(unpack(Bytes.array(Bytes.hex(packed)), unpacked.length)).isEqualTo(unpacked);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 257, 511, 512, 513, 2000})
    void runsOfAnyLength(int words) throws IOException {
        assertSameAsTheRuntime(new byte[words * Long.BYTES]);
        byte[] raw = new byte[words * Long.BYTES];
        Arrays.fill(raw, (byte) 7);
        assertSameAsTheRuntime(raw);
        raw[3] = 0; // the first word has a tag of its own
        raw[raw.length - 1] = 0;
        assertSameAsTheRuntime(raw);
    }

    @Test
    void wordsOfAllDensities() throws IOException {
        long seed = 20_200_630;
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            byte[] words = new byte[random.nextInt(100) * Long.BYTES];
            int zeros = random.nextInt(9);
            for (int i = 0; i < words.length; i++) {
                words[i] = random.nextInt(8) < zeros ? 0 : (byte) random.nextInt();
            }
            assertSameAsTheRuntime(words);
        }
    }

    /** Every second word starts a raw run of nothing: nothing packs worse. */
    @Test
    void theWorstFitsItsRoom() throws IOException {
        byte[] worst = new byte[4096];
        for (int i = 0; i < worst.length; i++) {
            worst[i] = (byte) (i % 16 < 14 ? 1 : 0);
        }
        assertThat(pack(worst)).hasSize(4096 / 16 * 17);
        assertSameAsTheRuntime(worst);
    }

    @Test
    void aLastWordThatIsNotWholeIsFilledWithZeros() {
        for (int length = 1; length < 40; length++) {
            byte[] bytes = Bytes.pattern(length, 0, 7);
            byte[] filled = Arrays.copyOf(bytes, Message.words(length) * Long.BYTES);
            assertThat(pack(bytes)).isEqualTo(pack(filled));
        }
    }

    @Test
    void isReadInPiecesThatRunsCross() {
        byte[] words = new byte[64 * Long.BYTES];
        Arrays.fill(words, 20 * Long.BYTES, 60 * Long.BYTES, (byte) 5);
        Unpacker unpacker = new Unpacker(ByteBuffer.wrap(pack(words)));
        for (int at = 0; at < words.length; at += Long.BYTES) {
            byte[] word = new byte[Long.BYTES];
            unpacker.read(word);
            assertThat(word).isEqualTo(Arrays.copyOfRange(words, at, at + Long.BYTES));
        }
    }

    static void assertSameAsTheRuntime(byte[] words) throws IOException {
        byte[] packed = pack(words);
        assertThat(packed).isEqualTo(runtimePack(words));
        assertThat(unpack(packed, words.length)).isEqualTo(words);
    }

    static byte[] pack(byte[] words) {
        byte[] out = new byte[Packing.room(words.length + Long.BYTES, 1)];
        return Arrays.copyOf(out, Packing.pack(words, 0, words.length, out, 0));
    }

    static byte[] unpack(byte[] packed, int length) {
        byte[] words = new byte[length];
        new Unpacker(ByteBuffer.wrap(packed)).read(words);
        return words;
    }

    static byte[] runtimePack(byte[] words) throws IOException {
        ArrayOutputStream out = new ArrayOutputStream(ByteBuffer.allocate(2 * words.length + 32));
        new PackedOutputStream(out).write(ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN));
        ByteBuffer written = out.getWriteBuffer().duplicate();
        return Bytes.array(written.flip());
    }

    static byte[] runtimeUnpack(byte[] packed, int length) throws IOException {
        ByteBuffer words = ByteBuffer.allocate(length);
        int count = new PackedInputStream(new ArrayInputStream(ByteBuffer.wrap(packed))).read(words);
        assertThat(count).isEqualTo(length);
        return words.array();
    }
}
