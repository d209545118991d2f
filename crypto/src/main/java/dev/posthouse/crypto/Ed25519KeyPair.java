package dev.posthouse.crypto;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;

/**
 * An Ed25519 key pair (RFC 8032), grown from a seed of 32 bytes: whoever holds it can prove to be its
 * {@link #publicKey()}. Immutable and thread-safe. Its text shows the public key only.
 */
public final class Ed25519KeyPair {

    /** Bytes of a seed. */
    public static final int SEED_LENGTH = Curve25519.LENGTH;

    private final byte[] seed;
    private final PrivateKey privateKey;
    private final Ed25519PublicKey publicKey;

    private Ed25519KeyPair(byte[] seed, PrivateKey privateKey, Ed25519PublicKey publicKey) {
        this.seed = seed;
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** A new identity. */
    public static Ed25519KeyPair generate() {
        byte[] seed = new byte[SEED_LENGTH];
        new SecureRandom().nextBytes(seed);
        return ofSeed(seed);
    }

    /**
     * The identity of a seed, which RFC 8032 calls the private key; always the same one.
     *
     * @throws IllegalArgumentException unless there are 32 bytes
     */
    public static Ed25519KeyPair ofSeed(byte[] seed) {
        byte[] own = Curve25519.copyOf32(seed, "an Ed25519 seed");
        // The JDK derives a public key only while it generates a pair, and its random bytes are the seed.
        KeyPair pair = Jdk.sure(() -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new SeedAsRandom(own));
            return generator.generateKeyPair();
        });
        byte[] taken = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
        if (!MessageDigest.isEqual(taken, own)) {
            throw new IllegalStateException(
                    "this Java runtime does not take an Ed25519 seed from its source of randomness");
        }
        return new Ed25519KeyPair(own, pair.getPrivate(), Ed25519PublicKey.of(Curve25519.raw(pair.getPublic())));
    }

    /** The public half. */
    public Ed25519PublicKey publicKey() {
        return publicKey;
    }

    /** The signature over {@code message}, 64 bytes; always the same for the same message. */
    public byte[] sign(byte[] message) {
        return Jdk.sure(() -> {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(privateKey);
            signer.update(message);
            return signer.sign();
        });
    }

    /** The 32 bytes that this identity is, a copy: secret. */
    public byte[] seed() {
        return seed.clone();
    }

    /** The public key's text. */
    @Override
    public String toString() {
        return "identity " + publicKey;
    }

    /** Gives the seed, once, to who asks for as many bytes. */
    private static final class SeedAsRandom extends SecureRandom {

        SeedAsRandom(byte[] seed) {
            super(new Spi(seed), null);
        }

        private static final class Spi extends SecureRandomSpi {
            private final byte[] seed;
            private boolean given;

            Spi(byte[] seed) {
                this.seed = seed;
            }

            @Override
            protected void engineNextBytes(byte[] bytes) {
                if (given || bytes.length != seed.length) {
                    throw new IllegalStateException("asked for other than the " + seed.length + " bytes of a seed");
                }
                given = true;
                System.arraycopy(seed, 0, bytes, 0, seed.length);
            }

            @Override
            protected void engineSetSeed(byte[] more) {
                throw new UnsupportedOperationException("the seed is fixed");
            }

            @Override
            protected byte[] engineGenerateSeed(int length) {
                throw new UnsupportedOperationException("the seed is fixed");
            }
        }
    }
}
