package dev.posthouse.crypto;

import java.security.MessageDigest;

/** SHA-512/256: SHA-512 from other initial values, cut to 256 bits (FIPS 180-4 5.3.6.2). */
public final class Sha512t256 {

    /** Bytes of a digest. */
    public static final int LENGTH = 32;

    private Sha512t256() {}

    /** The digest, 32 bytes, over the parts one behind the other. */
    public static byte[] hash(byte[]... parts) {
        MessageDigest digest = Jdk.sure(() -> MessageDigest.getInstance("SHA-512/256"));
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }
}
