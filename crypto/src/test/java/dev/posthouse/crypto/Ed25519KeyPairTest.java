package dev.posthouse.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Key pairs are those of RFC 8032 and of Offset. */
class Ed25519KeyPairTest {

    private static final byte[] MESSAGE = "This is a test!".getBytes(US_ASCII);

    static final List<Rfc8032> VECTORS = Rfc8032.ALL;

    static List<JsonObject> identities() {
        return Vectors.list("identities");
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    void seedGivesKeyAndSignatureOfTheRfc(Rfc8032 vector) {
        Ed25519KeyPair identity = Ed25519KeyPair.ofSeed(vector.seed());
        assertThat(identity.publicKey().bytes()).isEqualTo(vector.publicKey());
        assertThat(identity.sign(vector.message())).isEqualTo(vector.signature());
        assertThat(identity.publicKey().verify(vector.message(), vector.signature()))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("identities")
    void seedGivesKeyAndSortKeyOfOffset(JsonObject vector) {
        Ed25519KeyPair identity = Ed25519KeyPair.ofSeed(Vectors.bytes(vector, "ed25519_seed"));
        assertThat(identity.publicKey()).isEqualTo(Ed25519PublicKey.of(Vectors.bytes(vector, "publicKey")));
        assertThat(identity.publicKey()).hasToString(Vectors.text(vector, "publicKey_b64url"));
        assertThat(Sha512t256.hash(identity.publicKey().bytes()))
                .isEqualTo(Vectors.bytes(vector, "sort_key_sha512_256"));
    }

    @Test
    void ownSignatureVerifies() {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        byte[] signature = identity.sign(MESSAGE);
        assertThat(signature).hasSize(64);
        assertThat(identity.publicKey().verify(MESSAGE, signature)).isTrue();
        assertThat(identity.sign(MESSAGE)).isEqualTo(signature);
    }

    @Test
    void signatureVerifiesByThePublicKeyAloneAndByNoOther() {
        Ed25519KeyPair signer = Ed25519KeyPair.generate();
        byte[] signature = signer.sign(MESSAGE);
        assertThat(Ed25519PublicKey.of(signer.publicKey().bytes()).verify(MESSAGE, signature))
                .isTrue();
        assertThat(Ed25519KeyPair.generate().publicKey().verify(MESSAGE, signature))
                .isFalse();
    }

    @Test
    void generatedIdentitiesDiffer() {
        Ed25519KeyPair one = Ed25519KeyPair.generate();
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        assertThat(one.publicKey()).isNotEqualTo(other.publicKey());
        assertThat(one.seed()).hasSize(32).isNotEqualTo(other.seed()).isNotEqualTo(new byte[32]);
        assertThat(Ed25519KeyPair.ofSeed(one.seed()).publicKey()).isEqualTo(one.publicKey());
    }

    @Test
    void callersArraysAreNotShared() {
        byte[] seed = Rfc8032.ALL.getFirst().seed();
        Ed25519KeyPair identity = Ed25519KeyPair.ofSeed(seed);
        byte[] before = identity.sign(MESSAGE);
        seed[0]++;
        identity.seed()[0]++;
        identity.publicKey().bytes()[0]++;
        assertThat(identity.seed()).isEqualTo(Rfc8032.ALL.getFirst().seed());
        assertThat(identity.publicKey().bytes())
                .isEqualTo(Rfc8032.ALL.getFirst().publicKey());
        assertThat(identity.sign(MESSAGE)).isEqualTo(before);
    }

    @Test
    void textShowsThePublicKeyOnly() {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        assertThat(identity).hasToString("identity " + identity.publicKey());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 64, 85})
    void seedOfAnotherLengthIsRefused(int length) {
        assertThatThrownBy(() -> Ed25519KeyPair.ofSeed(new byte[length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an Ed25519 seed has 32 bytes, not " + length);
    }
}
