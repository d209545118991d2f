package dev.posthouse.crypto;

import static dev.posthouse.crypto.Vectors.bytes;
import static dev.posthouse.crypto.Vectors.hex;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records are Offset's, open once and in their order, and leave everything as it was when they do not open. */
class RecordCipherTest {

    private static final byte[] KEY = new byte[32];

    @Test
    void recordsAreThoseOfOffset() {
        JsonObject vector = Vectors.object("aead");
        RecordCipher sealer = RecordCipher.ofKey(bytes(vector, "key"));
        RecordCipher opener = RecordCipher.ofKey(bytes(vector, "key"));
        for (JsonObject message : Vectors.list(vector, "messages")) {
            byte[] record = seal(sealer, Vectors.ascii(message));
            assertThat(record).isEqualTo(bytes(message, "ciphertext"));
            assertThat(open(opener, record)).isEqualTo(Vectors.ascii(message));
        }
    }

    @Test
    void noncesAreThoseOfOffset() {
        RecordCipher sealer = RecordCipher.ofKey(KEY);
        int sealed = 0;
        for (JsonObject vector : Vectors.list("nonce_sequence")) {
            int index = vector.get("index").getAsInt();
            byte[] record = new byte[0];
            for (; sealed <= index; sealed++) {
                record = seal(sealer, new byte[0]);
            }
            assertThat(Arrays.copyOf(record, 12)).as("record %d", index).isEqualTo(bytes(vector, "nonce"));
        }
        assertThat(sealed).isEqualTo(258);
    }

    /** RFC 8439 2.8.2 has associated data, which goes into the tag only. */
    @Test
    void ciphertextIsThatOfTheRfc() {
        byte[] key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        byte[] nonce = hex("070000004041424344454647");
        byte[] plain = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                        + "sunscreen would be it.")
                .getBytes(US_ASCII);
        byte[] record = seal(RecordCipher.ofKey(key, nonce), plain);
        assertThat(Arrays.copyOf(record, 12)).isEqualTo(nonce);
        assertThat(Arrays.copyOfRange(record, 12, 12 + plain.length))
                .isEqualTo(hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                        + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                        + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                        + "3ff4def08e4b7a9de576d26586cec64b6116"));
    }

    @ParameterizedTest
    @CsvSource({
        "ff0000000000000000000000, 000100000000000000000000",
        "ffffffff0000000000000000, 000000000100000000000000",
        "ffffffffffffffff00000000, 000000000000000001000000",
        "fffffffffffffffffffffffe, 0000000000000000000000ff",
        "ffffffffffffffffffffffff, 000000000000000000000000",
    })
    void counterCarriesAndWrapsAround(String start, String next) {
        RecordCipher sealer = RecordCipher.ofKey(KEY, hex(start));
        RecordCipher opener = RecordCipher.ofKey(KEY, hex(start));
        for (String nonce : new String[] {start, next}) {
            byte[] record = seal(sealer, new byte[] {1});
            assertThat(Arrays.copyOf(record, 12)).isEqualTo(hex(nonce));
            assertThat(open(opener, record)).containsExactly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 1023, 16_384, 65_535, 200_000})
    void anyLengthComesBackFromHeapAndDirectBuffers(int length) {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);
        for (boolean direct : new boolean[] {false, true}) {
            RecordCipher sealer = RecordCipher.ofKey(KEY);
            RecordCipher opener = RecordCipher.ofKey(KEY);
            for (int i = 0; i < 2; i++) {
                ByteBuffer record =
                        buffer(length + RecordCipher.OVERHEAD + 7, direct).position(5);
                ByteBuffer from =
                        buffer(length + 2, direct).put(1, plain).position(1).limit(length + 1);
                assertThat(sealer.seal(from, record)).isEqualTo(length + 28);
                assertThat(from.remaining()).isZero();
                assertThat(record.position()).isEqualTo(5 + length + 28);
                record.flip().position(5);
                ByteBuffer back = buffer(length + 6, direct).position(3);
                assertThat(opener.open(
                                direct ? record : record.asReadOnlyBuffer().slice(), back))
                        .isTrue();
                assertThat(record.position()).isEqualTo(direct ? record.limit() : 5);
                assertThat(back.position()).isEqualTo(3 + length);
                byte[] opened = new byte[length];
                back.get(3, opened);
                assertThat(opened).isEqualTo(plain);
            }
        }
    }

    @Test
    void lostRepeatedAndLaterRecordsDoNotOpen() {
        RecordCipher sealer = RecordCipher.ofKey(KEY);
        byte[] first = seal(sealer, new byte[] {1});
        byte[] second = seal(sealer, new byte[] {2});
        RecordCipher opener = RecordCipher.ofKey(KEY);
        assertRefused(opener, second);
        assertThat(open(opener, first)).containsExactly(1);
        assertRefused(opener, first);
        assertThat(open(opener, second)).containsExactly(2);
        assertRefused(opener, second);
    }

    @Test
    void everyBitCounts() {
        byte[] record = seal(RecordCipher.ofKey(KEY), "Hello world1!".getBytes(US_ASCII));
        RecordCipher opener = RecordCipher.ofKey(KEY);
        for (int bit = 0; bit < record.length * 8; bit++) {
            byte[] other = record.clone();
            other[bit / 8] ^= (byte) (1 << (bit % 8));
            assertRefused(opener, other);
        }
        assertThat(open(opener, record)).asString(US_ASCII).isEqualTo("Hello world1!");
    }

    @Test
    void cutAndLengthenedRecordsDoNotOpen() {
        byte[] record = seal(RecordCipher.ofKey(KEY), new byte[] {1, 2, 3});
        RecordCipher opener = RecordCipher.ofKey(KEY);
        for (int length = 0; length < record.length + 40; length++) {
            if (length != record.length) {
                assertRefused(opener, Arrays.copyOf(record, length));
            }
        }
        assertThat(open(opener, record)).containsExactly(1, 2, 3);
    }

    @Test
    void recordOfAnotherKeyDoesNotOpenAndCanBeTriedWithItsOwn() {
        byte[] otherKey = KEY.clone();
        otherKey[31] = 1;
        byte[] record = seal(RecordCipher.ofKey(otherKey), new byte[] {7});
        RecordCipher older = RecordCipher.ofKey(KEY);
        ByteBuffer in = ByteBuffer.wrap(record);
        ByteBuffer into = ByteBuffer.allocate(1);
        assertThat(older.open(in, into)).isFalse();
        assertThat(RecordCipher.ofKey(otherKey).open(in, into)).isTrue();
        assertThat(into.array()).containsExactly(7);
        assertThat(open(older, seal(RecordCipher.ofKey(KEY), new byte[] {8}))).containsExactly(8);
    }

    @Test
    void tooLittleRoomIsRefusedAndChangesNothing() {
        RecordCipher sealer = RecordCipher.ofKey(KEY);
        ByteBuffer plain = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ByteBuffer small = ByteBuffer.allocate(30);
        assertThatThrownBy(() -> sealer.seal(plain, small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("give a buffer with room for 31 bytes, not 30");
        assertThat(plain.position()).isZero();
        assertThat(small.position()).isZero();
        byte[] record = seal(sealer, new byte[] {1, 2, 3});
        RecordCipher opener = RecordCipher.ofKey(KEY);
        assertThatThrownBy(() -> opener.open(ByteBuffer.wrap(record), ByteBuffer.allocate(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("give a buffer with room for 3 bytes, not 2");
        assertThat(open(opener, record)).containsExactly(1, 2, 3);
    }

    @Test
    void callersKeyIsNotShared() {
        byte[] key = KEY.clone();
        RecordCipher opener = RecordCipher.ofKey(key);
        key[0] = 1;
        assertThat(open(opener, seal(RecordCipher.ofKey(KEY), new byte[] {1}))).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 31, 33})
    void keyOfAnotherLengthIsRefused(int length) {
        assertThatThrownBy(() -> RecordCipher.ofKey(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a record key has 32 bytes, not " + length);
    }

    private static ByteBuffer buffer(int size, boolean direct) {
        return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    private static byte[] seal(RecordCipher sealer, byte[] plain) {
        ByteBuffer record = ByteBuffer.allocate(plain.length + RecordCipher.OVERHEAD);
        assertThat(sealer.seal(ByteBuffer.wrap(plain), record)).isEqualTo(record.capacity());
        return record.array();
    }

    private static byte[] open(RecordCipher opener, byte[] record) {
        ByteBuffer into = ByteBuffer.allocate(record.length - RecordCipher.OVERHEAD);
        assertThat(opener.open(ByteBuffer.wrap(record), into)).isTrue();
        return into.array();
    }

    private static void assertRefused(RecordCipher opener, byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        ByteBuffer into = ByteBuffer.allocate(record.length + 1).position(1);
        assertThat(opener.open(in, into)).isFalse();
        assertThat(in.position()).isZero();
        assertThat(in.limit()).isEqualTo(record.length);
        assertThat(into.position()).isEqualTo(1);
    }
}
