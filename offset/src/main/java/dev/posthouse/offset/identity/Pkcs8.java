package dev.posthouse.offset.identity;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The 85 bytes in which Offset kept a key until 0.1.10, as its cryptography library wrote them: a OneAsymmetricKey (PKCS#8
 * version 2, RFC 5958) with an Ed25519 key (RFC 8410). DER leaves no choice in how that is written, so all of it but the
 * two keys is fixed:
 *
 * <pre>{@code
 * 30 53                   SEQUENCE, OneAsymmetricKey
 *    02 01 01                INTEGER 1: version 2, there is a public key
 *    30 05 06 03 2b 65 70    AlgorithmIdentifier: OBJECT IDENTIFIER 1.3.101.112, Ed25519; no parameters
 *    04 22 04 20 seed (32)   OCTET STRING, in it an OCTET STRING: the seed
 *    a1 23 03 21 00 key (32) [1], in it a BIT STRING without unused bits: the public key
 * }</pre>
 *
 * <p>RFC 5958 tags the public key implicitly ({@code 81 21 00}); the library of the time did it explicitly.
 */
final class Pkcs8 {

    /** Bytes of a document. */
    static final int LENGTH = 85;

    private static final byte[] BEFORE_SEED = HexFormat.of().parseHex("3053020101300506032b657004220420");
    private static final byte[] BEFORE_PUBLIC_KEY = HexFormat.of().parseHex("a123032100");

    private static final int SEED = BEFORE_SEED.length;
    private static final int AFTER_SEED = SEED + Ed25519KeyPair.SEED_LENGTH;
    private static final int PUBLIC_KEY = AFTER_SEED + BEFORE_PUBLIC_KEY.length;

    private Pkcs8() {}

    /**
     * The identity in a document of 85 bytes.
     *
     * @param file what to name in an error
     */
    static Ed25519KeyPair parse(byte[] document, Path file) throws MalformedKeyFile {
        if (!Arrays.equals(document, 0, SEED, BEFORE_SEED, 0, BEFORE_SEED.length)
                || !Arrays.equals(document, AFTER_SEED, PUBLIC_KEY, BEFORE_PUBLIC_KEY, 0, BEFORE_PUBLIC_KEY.length)) {
            throw new MalformedKeyFile(
                    file,
                    "privateKey has the length of an older release's document, but is not one:"
                            + " it would be PKCS#8 version 2 with an Ed25519 seed and its public key");
        }
        Ed25519KeyPair identity = Ed25519KeyPair.ofSeed(Arrays.copyOfRange(document, SEED, AFTER_SEED));
        if (!identity.publicKey().equals(Ed25519PublicKey.of(Arrays.copyOfRange(document, PUBLIC_KEY, LENGTH)))) {
            throw new MalformedKeyFile(
                    file,
                    "privateKey is an older release's document whose public key is not that of its seed:"
                            + " the file is damaged, take it from a copy");
        }
        return identity;
    }
}
