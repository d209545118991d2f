package dev.posthouse.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An Ed25519 public key (RFC 8032): who somebody is. Any 32 bytes are one; whether they are a point of the curve shows
 * only when a signature is verified. Immutable, compared by its bytes.
 */
public final class Ed25519PublicKey {

    /** Bytes of a key. */
    public static final int LENGTH = Curve25519.LENGTH;

    private static final int SIGNATURE_LENGTH = 64;

    private final byte[] raw;

    private Ed25519PublicKey(byte[] raw) {
        this.raw = raw;
    }

    /**
     * The key of 32 bytes, as they go over the wire.
     *
     * @throws IllegalArgumentException unless there are 32
     */
    public static Ed25519PublicKey of(byte[] raw) {
        return new Ed25519PublicKey(Curve25519.copyOf32(raw, "an Ed25519 public key"));
    }

    /**
     * The key of its text, as {@link #toString} gives it: 43 characters of base64url, without padding. Any other spelling
     * of the same bytes is refused, so that equal keys have equal texts.
     *
     * @throws IllegalArgumentException if the text is not that
     */
    public static Ed25519PublicKey parse(String text) {
        return Base64Url.decode(text)
                .filter(bytes -> bytes.length == LENGTH)
                .map(Ed25519PublicKey::new)
                .orElseThrow(() -> new IllegalArgumentException("not a public key (" + text.length()
                        + " characters): give its 32 bytes as " + Base64Url.length(LENGTH)
                        + " characters of base64url (A-Z a-z 0-9 - _) without padding"));
    }

    /** The 32 bytes, a copy. */
    public byte[] bytes() {
        return raw.clone();
    }

    /**
     * Whether {@code signature} is this key's over {@code message} (RFC 8032 5.1.7). Takes whatever a stranger sends: false
     * also for a signature that does not have 64 bytes or is not canonical, and for a key that is no point of the curve.
     *
     * <p>As in the RFC and in Offset, the few points of small order are keys too, and anybody can sign for those: such a key
     * is nobody's identity.
     */
    public boolean verify(byte[] message, byte[] signature) {
        BigInteger y = Curve25519.element(raw);
        if (signature.length != SIGNATURE_LENGTH || y.compareTo(Curve25519.PRIME) >= 0) {
            return false;
        }
        var point = new EdECPoint(Curve25519.topBit(raw), y);
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException e) {
            throw Jdk.missing(e);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ed25519PublicKey key && Arrays.equals(raw, key.raw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw);
    }

    /** 43 characters of base64url, without padding. */
    @Override
    public String toString() {
        return Base64Url.encode(raw);
    }
}
