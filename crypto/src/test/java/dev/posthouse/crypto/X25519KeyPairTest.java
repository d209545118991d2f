package dev.posthouse.crypto;

import static dev.posthouse.crypto.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.InvalidKeyException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agreement is that of RFC 7748; keys that give everybody the same secret are refused. */
class X25519KeyPairTest {

    @ParameterizedTest
    @CsvSource({
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4,"
                + "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c,"
                + "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d,"
                + "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493,"
                + "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    })
    void agreesAsInRfc7748Section52(String scalar, String u, String output) throws InvalidKeyException {
        assertThat(X25519KeyPair.ofScalar(hex(scalar)).agree(hex(u))).isEqualTo(hex(output));
    }

    @Test
    void agreesAThousandTimesAsInRfc7748Section52() throws InvalidKeyException {
        byte[] u = new byte[32];
        u[0] = 9;
        byte[] scalar = u;
        for (int i = 1; i <= 1000; i++) {
            byte[] next = X25519KeyPair.ofScalar(scalar).agree(u);
            u = scalar;
            scalar = next;
            if (i == 1) {
                assertThat(scalar).isEqualTo(hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
            }
        }
        assertThat(scalar).isEqualTo(hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
    }

    @Test
    void bothSidesAgreeAsInRfc7748Section61() throws InvalidKeyException {
        var alice = X25519KeyPair.ofScalar(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        var bob = X25519KeyPair.ofScalar(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        byte[] shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assertThat(alice.publicKey())
                .isEqualTo(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
        assertThat(bob.publicKey()).isEqualTo(hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
        assertThat(alice.agree(bob.publicKey())).isEqualTo(shared);
        assertThat(bob.agree(alice.publicKey())).isEqualTo(shared);
    }

    @Test
    void generatedKeysAgreeAndDiffer() throws InvalidKeyException {
        X25519KeyPair one = X25519KeyPair.generate();
        X25519KeyPair other = X25519KeyPair.generate();
        assertThat(one.agree(other.publicKey())).hasSize(32).isEqualTo(other.agree(one.publicKey()));
        assertThat(one.publicKey()).hasSize(32).isNotEqualTo(other.publicKey());
    }

    /** RFC 7748 section 5: the topmost bit is masked, and values from p on are taken as reduced. */
    @Test
    void peersKeyMayBeWrittenOtherwise() throws InvalidKeyException {
        X25519KeyPair own = X25519KeyPair.generate();
        byte[] base = new byte[32];
        base[0] = 9;
        byte[] withTopBit = base.clone();
        withTopBit[31] = (byte) 0x80;
        byte[] pastThePrime = new byte[32]; // p + 9
        Arrays.fill(pastThePrime, (byte) 0xff);
        pastThePrime[0] = (byte) 0xf6;
        pastThePrime[31] = 0x7f;
        assertThat(own.agree(base)).isEqualTo(own.publicKey());
        assertThat(own.agree(withTopBit)).isEqualTo(own.publicKey());
        assertThat(own.agree(pastThePrime)).isEqualTo(own.publicKey());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p - 1
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p + 1
                "0000000000000000000000000000000000000000000000000000000000000080",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            })
    void pointOfSmallOrderIsRefused(String u) {
        assertThatThrownBy(() -> X25519KeyPair.generate().agree(hex(u))).isInstanceOf(InvalidKeyException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void anotherLengthIsRefused(int length) {
        assertThatThrownBy(() -> X25519KeyPair.generate().agree(new byte[length]))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage("an X25519 public key has 32 bytes, not " + length);
        assertThatThrownBy(() -> X25519KeyPair.ofScalar(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an X25519 scalar has 32 bytes, not " + length);
    }
}
