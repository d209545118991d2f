package dev.posthouse.offset.identity;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.posthouse.crypto.Base64Url;
import dev.posthouse.crypto.Ed25519KeyPair;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in an identity file (offset-relay spec 10, 12), in the forms of three ages: JSON with a seed (0.1.11), JSON
 * with a PKCS#8 document (0.1.3 to 0.1.10), TOML with one (to 0.1.2). In JSON other fields beside the key are skipped, as in
 * Offset. No cause is kept of what does not parse: a parser's message may quote what it read.
 */
final class PrivateKeyText {

    /** Characters of base64 that stand for three bytes. */
    private static final int GROUP = 4;

    private static final String FIELD = "privateKey";

    private static final Pattern TOML = Pattern.compile("\\s*" + FIELD + "[ \\t]*=[ \\t]*\"([^\"\\\\\\v]*)\"\\s*");

    private static final String RIGHT = "an identity file is {\"" + FIELD + "\": \"...\"}, with the "
            + Base64Url.length(Ed25519KeyPair.SEED_LENGTH) + " characters of a seed";

    private PrivateKeyText() {}

    /** The text of today's form. */
    static String write(Ed25519KeyPair identity) {
        return "{\n  \"" + FIELD + "\": \"" + Base64Url.encode(identity.seed()) + "\"\n}";
    }

    /**
     * The identity that a file's content stands for.
     *
     * @param file what to name in an error
     */
    static Ed25519KeyPair parse(byte[] content, Path file) throws MalformedKeyFile {
        String text = text(content, file);
        Matcher toml = TOML.matcher(text);
        String value = toml.matches() ? toml.group(1) : jsonField(text, file);
        byte[] key = decode(value)
                .orElseThrow(() -> new MalformedKeyFile(file, FIELD + " is not base64url (A-Z a-z 0-9 - _): " + RIGHT));
        return switch (key.length) {
            case Ed25519KeyPair.SEED_LENGTH -> Ed25519KeyPair.ofSeed(key);
            case Pkcs8.LENGTH -> Pkcs8.parse(key, file);
            default ->
                throw new MalformedKeyFile(
                        file,
                        FIELD + " has " + key.length + " bytes: " + RIGHT + " (" + Ed25519KeyPair.SEED_LENGTH
                                + " bytes), or the "
                                + Base64Url.length(Pkcs8.LENGTH) + " of an older release's document (" + Pkcs8.LENGTH
                                + " bytes)");
        };
    }

    /** The text may be filled up with {@code =} to a multiple of four, whole or in part, as Offset's reader takes it. */
    private static Optional<byte[]> decode(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        int room = (GROUP - end % GROUP) % GROUP;
        return text.length() - end > room ? Optional.empty() : Base64Url.decode(text.substring(0, end));
    }

    private static String text(byte[] content, Path file) throws MalformedKeyFile {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedKeyFile(file, "is not text in UTF-8: " + RIGHT);
        }
    }

    private static String jsonField(String text, Path file) throws MalformedKeyFile {
        try (var reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            Optional<String> value = Optional.empty();
            reader.beginObject();
            while (reader.hasNext()) {
                if (!reader.nextName().equals(FIELD)) {
                    reader.skipValue();
                } else if (value.isPresent() || reader.peek() != JsonToken.STRING) {
                    throw new MalformedKeyFile(
                            file, "has the field \"" + FIELD + "\" twice, or without a text: " + RIGHT);
                } else {
                    value = Optional.of(reader.nextString());
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedKeyFile(file, "goes on behind its end: " + RIGHT);
            }
            return value.orElseThrow(() -> new MalformedKeyFile(file, "has no field \"" + FIELD + "\": " + RIGHT));
        } catch (MalformedKeyFile e) {
            throw e;
        } catch (IOException | IllegalStateException e) {
            throw new MalformedKeyFile(file, "is not JSON with a field \"" + FIELD + "\": " + RIGHT);
        }
    }
}
