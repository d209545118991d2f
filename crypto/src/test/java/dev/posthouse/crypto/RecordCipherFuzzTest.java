package dev.posthouse.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Only the record that the peer sealed next opens, and whatever came before it has changed nothing. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class RecordCipherFuzzTest {

    /** That of the seeds, which are Offset's vectors. */
    private static final byte[] KEY = Vectors.bytes(Vectors.object("aead"), "key");

    /** The bytes are a record as a stranger makes it. */
    @FuzzTest(maxDuration = "1m")
    void strangersRecords(byte[] record) {
        RecordCipher opener = RecordCipher.ofKey(KEY);
        ByteBuffer in = ByteBuffer.wrap(record);
        ByteBuffer into = ByteBuffer.allocate(record.length + 1).position(1);
        if (opener.open(in, into)) {
            assertThat(in.remaining()).isZero();
            into.flip().position(1);
            ByteBuffer again = ByteBuffer.allocate(record.length);
            assertThat(RecordCipher.ofKey(KEY).seal(into, again)).isEqualTo(record.length);
            assertThat(again.array()).isEqualTo(record);
        } else {
            assertThat(in.position()).isZero();
            assertThat(into.position()).isEqualTo(1);
            assertOpens(opener, seal(new byte[] {1, 2, 3}), new byte[] {1, 2, 3});
        }
    }

    /** The bytes are what is sealed; four of them say where the record is damaged on its way, and how. */
    @FuzzTest(maxDuration = "1m")
    void damagedRecords(byte[] bytes) {
        if (bytes.length < 4) {
            return;
        }
        byte[] plain = Arrays.copyOfRange(bytes, 4, bytes.length);
        byte[] record = seal(plain);
        int where = ((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff)) % record.length;
        RecordCipher opener = RecordCipher.ofKey(KEY);
        byte[] flipped = record.clone();
        flipped[where] ^= bytes[2];
        ByteBuffer into = ByteBuffer.allocate(plain.length);
        if (bytes[2] != 0) {
            assertThat(opener.open(ByteBuffer.wrap(flipped), into)).isFalse();
        }
        assertThat(opener.open(ByteBuffer.wrap(record, 0, where), into)).isFalse();
        byte[] longer = Arrays.copyOf(record, record.length + 1 + (bytes[3] & 0x1f));
        assertThat(opener.open(ByteBuffer.wrap(longer), ByteBuffer.allocate(longer.length)))
                .isFalse();
        assertThat(into.position()).isZero();
        assertOpens(opener, record, plain);
        assertThat(opener.open(ByteBuffer.wrap(record), into)).isFalse();
    }

    private static byte[] seal(byte[] plain) {
        ByteBuffer record = ByteBuffer.allocate(plain.length + RecordCipher.OVERHEAD);
        RecordCipher.ofKey(KEY).seal(ByteBuffer.wrap(plain), record);
        return record.array();
    }

    private static void assertOpens(RecordCipher opener, byte[] record, byte[] plain) {
        ByteBuffer into = ByteBuffer.allocate(plain.length);
        assertThat(opener.open(ByteBuffer.wrap(record), into)).isTrue();
        assertThat(into.array()).isEqualTo(plain);
    }
}
