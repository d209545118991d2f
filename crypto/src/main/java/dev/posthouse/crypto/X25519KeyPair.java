package dev.posthouse.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * One side's key pair of an X25519 agreement (RFC 7748), made for one handshake and forgotten after it. Immutable and
 * thread-safe.
 */
public final class X25519KeyPair {

    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

    /** One for all; it is thread-safe. */
    private static final SecureRandom SYSTEM = new SecureRandom();

    private final PrivateKey privateKey;
    private final byte[] publicKey;

    private X25519KeyPair(PrivateKey privateKey, byte[] publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** A new key. */
    public static X25519KeyPair generate() {
        byte[] scalar = new byte[Curve25519.LENGTH];
        SYSTEM.nextBytes(scalar);
        return ofScalar(scalar);
    }

    /**
     * The key of a scalar, always the same one: for test vectors.
     *
     * @param scalar 32 bytes little-endian, before clamping
     * @throws IllegalArgumentException unless there are 32 bytes
     */
    public static X25519KeyPair ofScalar(byte[] scalar) {
        byte[] own = Curve25519.copyOf32(scalar, "an X25519 scalar");
        return Jdk.sure(() -> {
            PrivateKey privateKey = KeyFactory.getInstance("X25519")
                    .generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, own));
            return new X25519KeyPair(privateKey, multiply(privateKey, BASE_POINT));
        });
    }

    /** What the peer is told: 32 bytes, the u coordinate little-endian; a copy. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * The secret that the peer arrives at too: 32 bytes. Not yet a key: put it through {@link Hkdf}.
     *
     * @param peerPublicKey 32 bytes, the u coordinate little-endian; the topmost bit is ignored (RFC 7748 5)
     * @throws InvalidKeyException if the peer's key does not have 32 bytes, or is one of the few that give all zeroes with
     *     everybody's key (RFC 7748 6.1)
     */
    public byte[] agree(byte[] peerPublicKey) throws InvalidKeyException {
        if (peerPublicKey.length != Curve25519.LENGTH) {
            throw new InvalidKeyException(
                    "an X25519 public key has " + Curve25519.LENGTH + " bytes, not " + peerPublicKey.length);
        }
        try {
            return multiply(privateKey, Curve25519.element(peerPublicKey).mod(Curve25519.PRIME));
        } catch (InvalidKeyException e) {
            throw e;
        } catch (NoSuchAlgorithmException e) {
            throw Jdk.missing(e);
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("not an X25519 public key", e);
        }
    }

    private static byte[] multiply(PrivateKey scalar, BigInteger u) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(scalar);
        agreement.doPhase(
                KeyFactory.getInstance("X25519").generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u)),
                true);
        return agreement.generateSecret();
    }
}
