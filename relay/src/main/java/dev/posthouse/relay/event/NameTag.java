package dev.posthouse.relay.event;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A token or key as it may be shown: six characters of its HMAC-SHA-256, so that lines about one name can be told to belong
 * together without giving the name away.
 *
 * <p>The key of the HMAC is drawn when the process starts and is kept nowhere else. Without it a tag says nothing about the name:
 * of a plain hash everybody could try the words of a dictionary, and people choose words. So a name has the same tag for as long
 * as the process lives, and another one in every other process.
 *
 * @param text six characters
 */
public record NameTag(String text) {

    private static final int SHOWN = 6;

    private static final String ALGORITHM = "HmacSHA256";

    /** As long as what comes out: nobody tries all of them. */
    private static final int SECRET_LENGTH = 32;

    /** Has a secret that is known: for tests of a relay in another process, which look for a name in its log. */
    private static final String GIVEN = "posthouse.tags";

    private static final SecretKeySpec SECRET = draw();

    private static SecretKeySpec draw() {
        String given = System.getProperty(GIVEN, "");
        if (!given.isEmpty()) {
            return new SecretKeySpec(given.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        }
        byte[] secret = new byte[SECRET_LENGTH];
        new SecureRandom().nextBytes(secret);
        return new SecretKeySpec(secret, ALGORITHM);
    }

    /** The tag of a name, in this process. */
    public static NameTag of(String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(SECRET);
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return new NameTag(HexFormat.of().formatHex(hash, 0, SHOWN / 2));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM + " and takes its keys", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
