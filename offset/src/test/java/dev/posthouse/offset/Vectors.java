package dev.posthouse.offset;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The test vectors, which were computed from the specification and checked against the original's own runtime. */
public final class Vectors {

    private Vectors() {}

    /** A whole file. */
    public static JsonObject file(String name) {
        String path = "/dev/posthouse/offset/vectors/" + name;
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(path), path)) {
            return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file lists as its cases. */
    public static Stream<JsonObject> cases(String name) {
        return StreamSupport.stream(file(name).getAsJsonArray("cases").spliterator(), false)
                .map(JsonElement::getAsJsonObject);
    }

    /** A field of bytes. */
    public static byte[] bytes(JsonObject object, String field) {
        return HexFormat.of().parseHex(object.get(field).getAsString());
    }
}
