package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import org.junit.jupiter.api.Test;

/** Who may connect, and who dials whom. */
class PeersTest {

    private static final Ed25519PublicKey ONE = Ed25519KeyPair.generate().publicKey();
    private static final Ed25519PublicKey OTHER = Ed25519KeyPair.generate().publicKey();

    @Test
    void anAccessListAllowsNobodyAtFirst() {
        assertThat(new AccessList().allows(ONE)).isFalse();
        assertThat(AccessList.of(ONE).allows(OTHER)).isFalse();
    }

    @Test
    void anAccessListIsASetThatChanges() {
        AccessList access = AccessList.of(ONE);
        access.allow(ONE);
        access.allow(OTHER);
        access.deny(ONE);

        assertThat(access.allows(ONE)).isFalse();
        assertThat(access.allows(OTHER)).isTrue();
    }

    @Test
    void everybodyMayBeAllowedButSome() {
        AccessList access = new AccessList();
        access.deny(ONE);
        access.allowAll();

        assertThat(access.allows(ONE)).isFalse();
        assertThat(access.allows(OTHER)).isTrue();
        access.allow(ONE);
        assertThat(access.allows(ONE)).isTrue();
    }

    /** {@code channeler_direction} of the vectors: client D listens, client C connects. */
    @Test
    void theSmallerHashListensAndTheGreaterConnects() {
        Ed25519PublicKey clientC = Ed25519PublicKey.parse("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
        Ed25519PublicKey clientD = Ed25519PublicKey.parse("zRSzf5VulTGU_3-3Oz2B3MVh1hp1OAlLfD4aZD7l86o");

        assertThat(Direction.of(clientD, clientC)).isEqualTo(Direction.LISTEN);
        assertThat(Direction.of(clientC, clientD)).isEqualTo(Direction.CONNECT);
        assertThatThrownBy(() -> Direction.of(clientC, clientC)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The vectors' relay has the middle hash, with the top bit set as client C's: bytes are compared without sign. */
    @Test
    void hashesAreComparedWithoutSign() {
        Ed25519PublicKey clientC = Ed25519PublicKey.parse("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
        Ed25519PublicKey clientD = Ed25519PublicKey.parse("zRSzf5VulTGU_3-3Oz2B3MVh1hp1OAlLfD4aZD7l86o");
        Ed25519PublicKey relay = Ed25519PublicKey.parse("JUO5L_EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0");

        assertThat(Direction.of(relay, clientC)).isEqualTo(Direction.LISTEN);
        assertThat(Direction.of(relay, clientD)).isEqualTo(Direction.CONNECT);
    }
}
