package dev.posthouse.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key has one text, and verifies its own signatures only, whatever it is given. */
class Ed25519PublicKeyTest {

    private static final Rfc8032 VECTOR = Rfc8032.ALL.get(2);
    private static final Ed25519PublicKey KEY = Ed25519PublicKey.of(VECTOR.publicKey());
    private static final String TEXT = "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU";

    /** The order of the base point (RFC 8032 5.1). */
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    @Test
    void textIsBase64UrlBothWays() {
        assertThat(KEY).hasToString(TEXT);
        assertThat(Ed25519PublicKey.parse(TEXT)).isEqualTo(KEY).hasSameHashCodeAs(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgC", // 42 characters
                "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=", // padded
                "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCV", // trailing bits
                "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCUA", // 33 bytes
                "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU", // the other base64
                " _FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgC",
                "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgC\u00dc",
            })
    void everyOtherTextIsRefused(String text) {
        assertThatThrownBy(() -> Ed25519PublicKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a public key (" + text.length() + " characters): give its 32 bytes as 43 characters of"
                        + " base64url (A-Z a-z 0-9 - _) without padding");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void anotherLengthIsRefused(int length) {
        assertThatThrownBy(() -> Ed25519PublicKey.of(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an Ed25519 public key has 32 bytes, not " + length);
    }

    @Test
    void isAValue() {
        byte[] bytes = VECTOR.publicKey();
        Ed25519PublicKey key = Ed25519PublicKey.of(bytes);
        bytes[0]++;
        assertThat(key).isEqualTo(KEY).hasSameHashCodeAs(KEY);
        assertThat(Ed25519PublicKey.of(bytes)).isNotEqualTo(KEY);
    }

    @Test
    void everyBitOfTheSignatureCounts() {
        for (int bit = 0; bit < 64 * 8; bit++) {
            assertThat(KEY.verify(VECTOR.message(), flipped(VECTOR.signature(), bit)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void everyBitOfTheMessageAndOfTheKeyCounts() {
        for (int bit = 0; bit < VECTOR.message().length * 8; bit++) {
            assertThat(KEY.verify(flipped(VECTOR.message(), bit), VECTOR.signature()))
                    .as("message bit %d", bit)
                    .isFalse();
        }
        for (int bit = 0; bit < 32 * 8; bit++) {
            assertThat(Ed25519PublicKey.of(flipped(VECTOR.publicKey(), bit))
                            .verify(VECTOR.message(), VECTOR.signature()))
                    .as("key bit %d", bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 32, 63, 65, 128})
    void signatureOfAnotherLengthIsFalse(int length) {
        assertThat(KEY.verify(VECTOR.message(), Arrays.copyOf(VECTOR.signature(), length)))
                .isFalse();
    }

    @Test
    void sameSignatureWithAScalarPastTheOrderIsFalse() {
        byte[] forged = VECTOR.signature();
        BigInteger scalar =
                Curve25519.element(Arrays.copyOfRange(forged, 32, 64)).add(ORDER);
        byte[] bigEndian = scalar.toByteArray();
        for (int i = 0; i < 32; i++) {
            forged[32 + i] = i < bigEndian.length ? bigEndian[bigEndian.length - 1 - i] : 0;
        }
        assertThat(KEY.verify(VECTOR.message(), forged)).isFalse();
    }

    /** y = 1 is the neutral point, under which R = neutral, S = 0 would sign everything; y = p + 1 is its other spelling. */
    @Test
    void pointOfAnotherSpellingIsNoKey() {
        byte[] other = new byte[32];
        Arrays.fill(other, (byte) 0xff);
        other[0] = (byte) 0xee;
        other[31] = 0x7f;
        byte[] signature = new byte[64];
        signature[0] = 1;
        assertThat(Ed25519PublicKey.of(other).verify(VECTOR.message(), signature))
                .isFalse();
    }

    @Test
    void whateverAStrangerSendsIsFalse() {
        long seed = 20_261_121;
        var random = new Random(seed);
        byte[] key = new byte[32];
        byte[] signature = new byte[64];
        for (int i = 0; i < 300; i++) {
            random.nextBytes(key);
            random.nextBytes(signature);
            signature[63] &= 0x0f; // below the order, so that it gets as far as the points
            if (i % 3 == 0) {
                System.arraycopy(VECTOR.publicKey(), 0, key, 0, 32);
            }
            assertThat(Ed25519PublicKey.of(key).verify(VECTOR.message(), signature))
                    .as("seed %d, round %d", seed, i)
                    .isFalse();
        }
        for (int fill = 0; fill < 256; fill++) {
            Arrays.fill(key, (byte) fill);
            Arrays.fill(signature, (byte) fill);
            assertThat(Ed25519PublicKey.of(key).verify(VECTOR.message(), signature))
                    .as("filled with %d", fill)
                    .isFalse();
        }
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] other = bytes.clone();
        other[bit / 8] ^= (byte) (1 << (bit % 8));
        return other;
    }
}
