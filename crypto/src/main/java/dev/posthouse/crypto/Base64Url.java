package dev.posthouse.crypto;

import java.util.Base64;
import java.util.Optional;

/** Base64url without padding (RFC 4648 5), one spelling for each value. */
public final class Base64Url {

    private Base64Url() {}

    /** The text of these bytes. */
    public static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Empty for every text that {@link #encode} does not write: padding, other characters, trailing bits that are not 0. */
    public static Optional<byte[]> decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Characters for so many bytes. */
    public static int length(int bytes) {
        return (bytes * 8 + 5) / 6;
    }
}
