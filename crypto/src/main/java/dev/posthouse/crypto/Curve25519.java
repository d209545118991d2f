package dev.posthouse.crypto;

import java.math.BigInteger;
import java.util.Arrays;

/** How the field elements of Ed25519 and X25519 are written (RFC 8032 5.1.2, RFC 7748 5). */
final class Curve25519 {

    /** Bytes of a public key, a seed, a scalar and a shared secret. */
    static final int LENGTH = 32;

    /** 2^255 - 19: field elements are below it. */
    static final BigInteger PRIME = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private Curve25519() {}

    /** The lower 255 bits of 32 little-endian bytes; not reduced. */
    static BigInteger element(byte[] littleEndian) {
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = littleEndian[LENGTH - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        return new BigInteger(1, bigEndian);
    }

    /** The topmost bit of 32 little-endian bytes: the sign of an Ed25519 point, meaningless for X25519. */
    static boolean topBit(byte[] littleEndian) {
        return littleEndian[LENGTH - 1] < 0;
    }

    /** The key itself in an X.509 SubjectPublicKeyInfo, which ends with it (RFC 8410 4). */
    static byte[] raw(java.security.PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - LENGTH, encoded.length);
    }

    /** @throws IllegalArgumentException unless {@code bytes} has 32 of them */
    static byte[] copyOf32(byte[] bytes, String what) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(what + " has " + LENGTH + " bytes, not " + bytes.length);
        }
        return bytes.clone();
    }
}
