package dev.posthouse.offset.client;

import com.google.gson.FormattingStyle;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** What the two kinds of ticket files share: JSON with keys and addresses, in the style of Offset's {@code stmgr} (spec 10). */
final class Ticket {

    /** Our decision: three times what sixteen relays with the longest addresses need. */
    static final int MAX_LENGTH = 16 * 1024;

    /** Characters of a key in base64 with padding. */
    private static final int PADDED_KEY = 44;

    private static final String PUBLIC_KEY = "publicKey";
    private static final String ADDRESS = "address";

    /** Reads what a file is for. */
    interface Form<T> {
        T read(JsonReader reader) throws IOException;
    }

    /** Writes it. */
    interface Content {
        void write(JsonWriter writer) throws IOException;
    }

    private Ticket() {}

    /**
     * Reads a file.
     *
     * @param right names in errors what would be right
     */
    static <T> T read(Path file, String right, Form<T> form) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_LENGTH + 1);
        }
        if (content.length > MAX_LENGTH) {
            throw new MalformedKeyFile(file, "is longer than " + MAX_LENGTH + " bytes: " + right);
        }
        String text = text(file, content, right);
        try (var reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            T read = form.read(reader);
            JsonToken _ = reader.peek(); // fails if anything stands behind it
            return read;
        } catch (IllegalArgumentException e) {
            throw new MalformedKeyFile(file, "is not valid: " + e.getMessage());
        } catch (IOException | IllegalStateException e) {
            throw new MalformedKeyFile(file, "is not JSON of the right form: " + right);
        }
    }

    private static String text(Path file, byte[] content, String right) throws MalformedKeyFile {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedKeyFile(file, "is not text in UTF-8: " + right);
        }
    }

    /** Writes a new file; one that is there already is never touched. */
    static void write(Path file, String text) throws IOException {
        try (var out = Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        }
    }

    /** The text of a file. */
    static String text(Content content) {
        var text = new StringWriter();
        try (var writer = new JsonWriter(text)) {
            writer.setFormattingStyle(FormattingStyle.PRETTY);
            writer.setHtmlSafe(false);
            content.write(writer);
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot fail", e);
        }
        return text.toString();
    }

    /** {@code {"publicKey", "address"}}. */
    static void write(JsonWriter writer, RelayAddress relay) throws IOException {
        writer.beginObject();
        writer.name(PUBLIC_KEY).value(relay.relay().toString());
        writer.name(ADDRESS).value(relay.hostAndPort());
        writer.endObject();
    }

    /** The same, read; the fields in any order. */
    static RelayAddress relay(JsonReader reader) throws IOException {
        @Nullable String key = null;
        @Nullable String address = null;
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case PUBLIC_KEY -> key = once(PUBLIC_KEY, key, reader);
                case ADDRESS -> address = once(ADDRESS, address, reader);
                default -> reader.skipValue(); // as the original does
            }
        }
        reader.endObject();
        String givenKey = present(PUBLIC_KEY, key);
        String givenAddress = present(ADDRESS, address);
        return RelayAddress.parse(key(givenKey), givenAddress);
    }

    /** A key, which Offset's reader takes with its padding too. */
    static Ed25519PublicKey key(String text) {
        boolean padded = text.length() == PADDED_KEY && text.endsWith("=");
        return Ed25519PublicKey.parse(padded ? text.substring(0, PADDED_KEY - 1) : text);
    }

    /** A text field that must not have come before. */
    static String once(String name, @Nullable String before, JsonReader reader) throws IOException {
        if (before != null || reader.peek() != JsonToken.STRING) {
            throw new IllegalArgumentException("\"" + name + "\" is there twice, or is no text");
        }
        return reader.nextString();
    }

    /** A field that must be there. */
    static <T> T present(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return value;
    }
}
