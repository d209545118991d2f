package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code offset://HOST:PORT/RELAYKEY[/PEERKEY]}: a relay, and who is to be reached there. What is refused is not repeated: it may be a
 * password.
 *
 * @param relay where
 * @param peer whom; empty to be reached oneself
 */
public record OffsetAddress(RelayAddress relay, Optional<Ed25519PublicKey> peer) {

    /** How the text begins. */
    public static final String PREFIX = "offset://";

    private static final String FORM = PREFIX + "HOST:PORT/RELAYKEY[/PEERKEY]";

    private static final int WITH_RELAY = 2;
    private static final int WITH_PEER = 3;

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is not of that form, with what is wrong and right
     */
    public static OffsetAddress parse(String text) {
        if (!text.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            throw new IllegalArgumentException("an Offset address begins with " + PREFIX + ": write " + FORM);
        }
        String rest = text.substring(PREFIX.length());
        if (rest.contains("@")) {
            throw new IllegalArgumentException(
                    "an Offset address has no user and no password: a client proves who it is by"
                            + " its identity; write " + FORM);
        }
        if (rest.contains("?") || rest.contains("#")) {
            throw new IllegalArgumentException(
                    "an Offset address has nothing behind its keys, no '?' and no '#': write " + FORM);
        }
        List<String> parts = List.of(rest.split("/", -1));
        if (parts.size() < WITH_RELAY || parts.size() > WITH_PEER) {
            throw new IllegalArgumentException("an Offset address has one or two keys behind HOST:PORT, not "
                    + (parts.size() - 1) + ": write " + FORM);
        }
        Ed25519PublicKey relay = key("RELAYKEY", parts.get(1));
        Optional<Ed25519PublicKey> peer =
                parts.size() == WITH_PEER ? Optional.of(key("PEERKEY", parts.get(2))) : Optional.empty();
        return new OffsetAddress(RelayAddress.parse(relay, parts.get(0)), peer);
    }

    private static Ed25519PublicKey key(String which, String text) {
        try {
            return Ed25519PublicKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(which + " of " + FORM + " is " + e.getMessage());
        }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return relay + peer.map(key -> "/" + key).orElse("");
    }
}
