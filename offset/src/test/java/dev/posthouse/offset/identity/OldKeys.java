package dev.posthouse.offset.identity;

import dev.posthouse.crypto.Base64Url;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Documents as Offset's older releases wrote them, made from a key of RFC 8032. */
final class OldKeys {

    /** TEST 1 of RFC 8032 section 7.1. */
    static final String SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    static final String PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    /** Its signature over no bytes. */
    static final String SIGNATURE =
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                    + "d25bf5f0595bbe24655141438e7a100b";

    private OldKeys() {}

    static byte[] seed() {
        return hex(SEED);
    }

    static byte[] publicKey() {
        return hex(PUBLIC_KEY);
    }

    static byte[] signature() {
        return hex(SIGNATURE);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** 85 bytes. */
    static byte[] document() {
        return ByteBuffer.allocate(85)
                .put(hex("3053020101300506032b657004220420"))
                .put(seed())
                .put(hex("a123032100"))
                .put(publicKey())
                .array();
    }

    static String json(byte[] key) {
        return "{\n  \"privateKey\": \"" + Base64Url.encode(key) + "\"\n}";
    }

    static String toml(byte[] key) {
        return "privateKey = \"" + Base64Url.encode(key) + "\"\n";
    }
}
