package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.Sha512t256;
import java.util.Arrays;

/**
 * Who of two peers connects to the other, so that only one of them ever dials (spec 8.4): the SHA-512/256 of their public keys,
 * compared as strings of bytes. The smaller one listens.
 */
public enum Direction {
    /** We wait for the peer. */
    LISTEN,
    /** We dial the peer. */
    CONNECT;

    /**
     * Ours towards a peer.
     *
     * @throws IllegalArgumentException if the peer is ourselves
     */
    public static Direction of(Ed25519PublicKey own, Ed25519PublicKey peer) {
        if (own.equals(peer)) {
            throw new IllegalArgumentException("a peer has another identity than we: " + own);
        }
        int order = Arrays.compareUnsigned(Sha512t256.hash(own.bytes()), Sha512t256.hash(peer.bytes()));
        return order < 0 ? LISTEN : CONNECT;
    }
}
