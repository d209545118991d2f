package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Hkdf;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.crypto.X25519KeyPair;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.offset.wire.Octets;
import java.security.InvalidKeyException;

/**
 * The keys of a channel's two directions (spec 4.4).
 *
 * @param sending ours
 * @param receiving the peer's
 * @param <K> a key with its cipher
 */
record KeyPair<K>(K sending, K receiving) {

    private static final int KEY = 32;

    /**
     * Derives them from both sides' ephemeral keys and salts.
     *
     * @throws AuthenticationFailed if the peer's key is one with which no secret can be agreed on
     */
    static KeyPair<RecordCipher> derive(X25519KeyPair own, Octets ownSalt, Octets peerKey, Octets peerSalt)
            throws AuthenticationFailed {
        byte[] shared;
        try {
            shared = own.agree(peerKey.bytes());
        } catch (InvalidKeyException e) {
            throw new AuthenticationFailed("the peer's ephemeral key is of no use: " + e.getMessage(), e);
        }
        return new KeyPair<>(cipher(shared, ownSalt), cipher(shared, peerSalt));
    }

    private static RecordCipher cipher(byte[] shared, Octets salt) {
        return RecordCipher.ofKey(Hkdf.sha512t256(shared, salt.bytes(), new byte[0], KEY));
    }
}
