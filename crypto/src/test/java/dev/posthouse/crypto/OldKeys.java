package dev.posthouse.crypto;

import static dev.posthouse.crypto.Vectors.hex;

import java.nio.ByteBuffer;

/** Documents as Offset's older releases wrote them, made from keys of RFC 8032. */
final class OldKeys {

    static final Rfc8032 KEY = Rfc8032.ALL.getFirst();

    private OldKeys() {}

    /** 85 bytes. */
    static byte[] document() {
        return ByteBuffer.allocate(85)
                .put(hex("3053020101300506032b657004220420"))
                .put(KEY.seed())
                .put(hex("a123032100"))
                .put(KEY.publicKey())
                .array();
    }

    static String json(byte[] key) {
        return "{\n  \"privateKey\": \"" + Base64Url.encode(key) + "\"\n}";
    }

    static String toml(byte[] key) {
        return "privateKey = \"" + Base64Url.encode(key) + "\"\n";
    }
}
