package dev.posthouse.crypto;

import java.util.Base64;
import java.util.Optional;

/** Base64url without padding (RFC 4648 5), one spelling for each value. */
final class Base64Url {

    /** Characters that stand for three bytes. */
    private static final int GROUP = 4;

    private Base64Url() {}

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Empty for every text that {@link #encode} does not write: padding, other characters, trailing bits that are not 0. */
    static Optional<byte[]> decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The same, but the text may be filled up with {@code =} to a multiple of four, whole or in part, as Offset's reader takes it. */
    static Optional<byte[]> decodePadded(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        int room = (GROUP - end % GROUP) % GROUP;
        return text.length() - end > room ? Optional.empty() : decode(text.substring(0, end));
    }

    /** Characters for so many bytes. */
    static int length(int bytes) {
        return (bytes * 8 + 5) / 6;
    }
}
