package dev.posthouse.net.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * A user and a password for HTTP's Basic scheme (RFC 7617). Holds a secret: it is shown by nothing but {@link
 * #headerValue}.
 */
public final class BasicCredentials {

    private final byte[] userAndPassword;

    private BasicCredentials(byte[] userAndPassword) {
        this.userAndPassword = userAndPassword;
    }

    /**
     * Reads what stands before the {@code @} of an address.
     *
     * @param userInfo {@code USER} or {@code USER:PASSWORD}, percent-escapes allowed; characters outside ASCII are sent in
     *     UTF-8
     * @throws IllegalArgumentException if an escape is none, the user has a colon or one of them a control character; never
     *     repeats the text
     */
    public static BasicCredentials parse(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = unescape(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = unescape(colon < 0 ? "" : userInfo.substring(colon + 1));
        if (user.contains(":")) {
            throw new IllegalArgumentException(
                    "the user in the address has a colon, which Basic credentials cannot carry");
        }
        String both = user + ":" + password;
        if (both.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the user or the password in the address has a control character, which Basic credentials cannot"
                            + " carry");
        }
        return new BasicCredentials(both.getBytes(StandardCharsets.UTF_8));
    }

    private static String unescape(String text) {
        byte[] escaped = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(escaped.length);
        for (int i = 0; i < escaped.length; i++) {
            if (escaped[i] != '%') {
                out.put(escaped[i]);
                continue;
            }
            int high = i + 2 < escaped.length ? Character.digit(escaped[i + 1], 16) : -1;
            int low = i + 2 < escaped.length ? Character.digit(escaped[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw malformed();
            }
            out.put((byte) ((high << 4) | low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("the user or the password in the address has an escape that is none: two"
                + " hexadecimal digits follow a percent sign, which itself is written %25, and the bytes are UTF-8");
    }

    /** The value of {@code Authorization} or {@code Proxy-Authorization}. A secret. */
    public String headerValue() {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword);
    }

    /** In constant time. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BasicCredentials that && MessageDigest.isEqual(userAndPassword, that.userAndPassword);
    }

    /** The same for all: a hash would tell of the secret. */
    @Override
    public int hashCode() {
        return 1;
    }

    /** Not the secret. */
    @Override
    public String toString() {
        return "Basic credentials";
    }
}
