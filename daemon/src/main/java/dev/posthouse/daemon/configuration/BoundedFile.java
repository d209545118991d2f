package dev.posthouse.daemon.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads text files of people's, whatever is named in their place: a device without end is not read into memory. */
public final class BoundedFile {

    private BoundedFile() {}

    /**
     * The text of a file.
     *
     * @param most bytes that it may have
     * @return empty if it has more
     * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
     * @throws IOException if it cannot be read
     */
    public static Optional<String> text(Path file, int most) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(most + 1);
        }
        if (content.length > most) {
            return Optional.empty();
        }
        return Optional.of(StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(content))
                .toString());
    }
}
