package dev.posthouse.crypto;

import static dev.posthouse.crypto.Vectors.bytes;
import static dev.posthouse.crypto.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Digests and derived keys are those of Offset; what no vector of it covers was computed with OpenSSL 3 and Python. */
class HkdfTest {

    private static final byte[] NONE = {};

    static List<JsonObject> digests() {
        return Vectors.list("sha512_256");
    }

    @ParameterizedTest
    @MethodSource("digests")
    void digestIsThatOfOffset(JsonObject vector) {
        byte[] message = Vectors.ascii(vector);
        assertThat(Sha512t256.hash(message)).isEqualTo(bytes(vector, "digest")).hasSize(Sha512t256.LENGTH);
        int half = message.length / 2;
        assertThat(Sha512t256.hash(
                        Arrays.copyOf(message, half), NONE, Arrays.copyOfRange(message, half, message.length)))
                .isEqualTo(bytes(vector, "digest"));
    }

    @Test
    void keysOfAChannelAreThoseOfOffset() throws InvalidKeyException {
        JsonObject vector = Vectors.object("key_derivation");
        JsonObject a = vector.getAsJsonObject("a");
        JsonObject b = vector.getAsJsonObject("b");
        X25519KeyPair ofA = X25519KeyPair.ofScalar(bytes(a, "x25519_private"));
        X25519KeyPair ofB = X25519KeyPair.ofScalar(bytes(b, "x25519_private"));
        assertThat(ofA.publicKey()).isEqualTo(bytes(a, "x25519_public"));
        assertThat(ofB.publicKey()).isEqualTo(bytes(b, "x25519_public"));
        byte[] shared = bytes(vector, "sharedSecret");
        assertThat(ofA.agree(ofB.publicKey())).isEqualTo(shared);
        assertThat(ofB.agree(ofA.publicKey())).isEqualTo(shared);
        assertThat(Hkdf.sha512t256(shared, bytes(a, "keySalt"), NONE, 32)).isEqualTo(bytes(vector, "a_send_key"));
        assertThat(Hkdf.sha512t256(shared, bytes(b, "keySalt"), NONE, 32)).isEqualTo(bytes(vector, "b_send_key"));
    }

    @Test
    void keysDerivedCrosswiseAreEqual() throws InvalidKeyException {
        X25519KeyPair a = X25519KeyPair.generate();
        X25519KeyPair b = X25519KeyPair.generate();
        byte[] saltOfA = new byte[32];
        byte[] saltOfB = new byte[32];
        new SecureRandom().nextBytes(saltOfA);
        new SecureRandom().nextBytes(saltOfB);
        byte[] atA = a.agree(b.publicKey());
        byte[] atB = b.agree(a.publicKey());
        byte[] fromAToB = Hkdf.sha512t256(atA, saltOfA, NONE, 32);
        assertThat(Hkdf.sha512t256(atB, saltOfA, NONE, 32)).isEqualTo(fromAToB);
        assertThat(Hkdf.sha512t256(atB, saltOfB, NONE, 32))
                .isEqualTo(Hkdf.sha512t256(atA, saltOfB, NONE, 32))
                .isNotEqualTo(fromAToB);
    }

    /** The inputs of RFC 5869's test case 1, longer than one block. */
    @Test
    void severalBlocksAndInfo() {
        byte[] inputKey = new byte[22];
        Arrays.fill(inputKey, (byte) 0x0b);
        byte[] output = hex("789a93e567a1861de449342b2d674c0df737fd8adce2a8e1843237c1938ac413"
                + "044b496ce267a198ebe3b0549d5a0a8ba71ca8339799e0cfae66ad2f12df7bf9"
                + "3c07b9b7e5a155d6e03e8a28bf72a97095964422ca50ca1cc997b8e3d4b10133816c1737");
        for (int length : new int[] {1, 31, 32, 33, 64, 65, 100}) {
            assertThat(Hkdf.sha512t256(
                            inputKey, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), length))
                    .isEqualTo(Arrays.copyOf(output, length));
        }
    }

    /** The inputs of RFC 5869's test cases 3 (no salt, no info) and 2 (all long). */
    @Test
    void noSaltAndLongSalt() {
        byte[] inputKey = new byte[22];
        Arrays.fill(inputKey, (byte) 0x0b);
        assertThat(Hkdf.sha512t256(inputKey, NONE, NONE, 42))
                .isEqualTo(hex("fa6ff45b2fc4f0f49883d9c4c9f9edfb53cebb3f9faac571319c7bd17d371a0abca65d85eb3d41495158"));
        assertThat(Hkdf.sha512t256(range(0x00, 0x50), range(0x60, 0xb0), range(0xb0, 0x100), 82))
                .isEqualTo(hex("9fde11a46348ac1abadfd2ffb60d8526583fc83e08b88a6edc2dc695ad615de3"
                        + "be8ed2e1fe5bc838f7137bd06fb805c54f14c7241a59578def0f45124688c557"
                        + "b0fb76ec43d2af4584aa44bc4690a7c51a20"));
    }

    @Test
    void longestOutputIs255Blocks() {
        byte[] longest = Hkdf.sha512t256(NONE, NONE, NONE, 8160);
        assertThat(longest).hasSize(8160);
        assertThat(Hkdf.sha512t256(NONE, NONE, NONE, 8159)).isEqualTo(Arrays.copyOf(longest, 8159));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 8161, Integer.MAX_VALUE})
    void lengthOutOfBoundsIsRefused(int length) {
        assertThatThrownBy(() -> Hkdf.sha512t256(new byte[32], NONE, NONE, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HKDF gives 1 to 8160 bytes, not " + length);
    }

    private static byte[] range(int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = from; i < to; i++) {
            bytes[i - from] = (byte) i;
        }
        return bytes;
    }
}
