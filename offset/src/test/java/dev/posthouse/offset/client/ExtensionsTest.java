package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.Octets;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two of ours tell each other in the handshake, where the original looks at nothing. */
class ExtensionsTest {

    private static final Octets NONCE = Octets.of(new byte[16]);
    private static final Octets KEY = Octets.of(new byte[Ed25519PublicKey.LENGTH]);

    private static ExchangeRandNonce message(int extensions) {
        return new ExchangeRandNonce(NONCE, KEY, Optional.of(KEY), extensions);
    }

    private static String hex(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, ExchangeRandNonce.HALF_CLOSE, ExchangeRandNonce.ACKNOWLEDGED, 0x8000, 0xffff})
    void allBitsAreKept(int bits) throws ProtocolViolation {
        assertThat(ExchangeRandNonce.decode(message(bits).encode())).isEqualTo(message(bits));
    }

    /** Packed: the root's pointer, to one word of data and three pointers; the tag of the union; the bits, if there are any. */
    @Test
    void theBitsLieBehindTheTagAndNothingElseChanges() {
        String with = hex(message(ExchangeRandNonce.HALF_CLOSE).encode());
        String without = hex(message(0).encode());

        assertThat(with).contains("500103" + "05" + "01" + "01");
        assertThat(without).contains("500103" + "01" + "01").isEqualTo(with.replace("500103050101", "5001030101"));
        assertThat(message(0)).isEqualTo(new ExchangeRandNonce(NONCE, KEY, Optional.of(KEY)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10000, -1})
    void thereAreSixteen(int bits) {
        assertThatThrownBy(() -> message(bits)).isInstanceOf(IllegalArgumentException.class);
    }
}
