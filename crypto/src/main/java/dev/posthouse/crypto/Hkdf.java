package dev.posthouse.crypto;

import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys from a shared secret (RFC 5869). The JDK's own HKDF does not know the hash that we need. */
public final class Hkdf {

    private static final String HMAC = "HmacSHA512/256";

    /** As many blocks as one byte can count (RFC 5869 2.3). */
    private static final int MAX_LENGTH = 255 * Sha512t256.LENGTH;

    private Hkdf() {}

    /**
     * HKDF over HMAC-SHA-512/256, extract and expand.
     *
     * @param inputKey the secret that keys are made of, of any length
     * @param salt may be public, and may be empty
     * @param info what the key is for, may be empty
     * @param length bytes wanted, 1 to 8160
     * @throws IllegalArgumentException if {@code length} is out of bounds
     */
    public static byte[] sha512t256(byte[] inputKey, byte[] salt, byte[] info, int length) {
        if (length < 1 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("HKDF gives 1 to " + MAX_LENGTH + " bytes, not " + length);
        }
        // An empty salt stands for a block of zeroes (RFC 5869 2.2); the JDK has no empty keys.
        byte[] extracted =
                mac(salt.length == 0 ? new byte[Sha512t256.LENGTH] : salt).doFinal(inputKey);
        Mac mac = mac(extracted);
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        int done = 0;
        for (int number = 1; done < length; number++) {
            mac.update(block);
            mac.update(info);
            block = mac.doFinal(new byte[] {(byte) number});
            int taken = Math.min(block.length, length - done);
            System.arraycopy(block, 0, output, done, taken);
            done += taken;
        }
        Arrays.fill(extracted, (byte) 0);
        return output;
    }

    private static Mac mac(byte[] key) {
        return Jdk.sure(() -> {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        });
    }
}
