package dev.posthouse.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A token or key as it may be shown: six characters of its SHA-256, so that lines about one name can be told to belong
 * together without giving the name away.
 *
 * @param text six characters
 */
public record NameTag(String text) {

    private static final int SHOWN = 6;

    /** The tag of a name. */
    public static NameTag of(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return new NameTag(HexFormat.of().formatHex(hash, 0, SHOWN / 2));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
