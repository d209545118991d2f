package dev.posthouse.crypto;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * {@code vectors/crypto.json}: values for the Offset protocol, computed with Node's cryptography and checked with two
 * other libraries. All bytes are lower-case hex; keys and nonces are fixed patterns.
 */
final class Vectors {

    private static final JsonObject ALL = load();

    private Vectors() {}

    static JsonObject object(String name) {
        return ALL.getAsJsonObject(name);
    }

    static String text(String name) {
        return ALL.get(name).getAsString();
    }

    static List<JsonObject> list(String name) {
        return list(ALL, name);
    }

    static List<JsonObject> list(JsonObject parent, String name) {
        return parent.getAsJsonArray(name).asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static String text(JsonObject parent, String name) {
        return parent.get(name).getAsString();
    }

    static byte[] bytes(JsonObject parent, String name) {
        return hex(text(parent, name));
    }

    static byte[] ascii(JsonObject parent) {
        return text(parent, "ascii").getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static JsonObject load() {
        try (InputStream in = Objects.requireNonNull(
                Vectors.class.getResourceAsStream("/dev/posthouse/crypto/vectors/crypto.json"))) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
