package dev.posthouse.rdv;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The recorded bytes of the original (README.md beside them). */
public final class Vectors {

    private Vectors() {}

    /** A file's bytes. */
    public static byte[] bytes(String name) {
        try (InputStream in =
                Objects.requireNonNull(Vectors.class.getResourceAsStream("/dev/posthouse/rdv/vectors/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file's bytes, one char each. */
    public static String text(String name) {
        return new String(bytes(name), StandardCharsets.ISO_8859_1);
    }

    /** A JSON file. */
    public static JsonElement json(String name) {
        return JsonParser.parseString(new String(bytes(name), StandardCharsets.UTF_8));
    }

    /** A JSON file that is a list. */
    public static JsonArray list(String name) {
        return json(name).getAsJsonArray();
    }
}
