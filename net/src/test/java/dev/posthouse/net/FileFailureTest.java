package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureTest {

    @TempDir
    Path directory = Path.of("");

    private static String wordsOfReading(Path file) {
        try {
            Files.readString(file, StandardCharsets.UTF_8);
            throw new AssertionError("it could be read: " + file);
        } catch (IOException e) {
            return FileFailure.words(file, e);
        }
    }

    @Test
    void whatIsNotThereIsSaidToBeMissing() {
        Path file = directory.resolve("none");

        assertThat(wordsOfReading(file)).isEqualTo("there is no file " + file);
    }

    @Test
    void aDirectoryIsCalledOne() {
        assertThat(wordsOfReading(directory)).isEqualTo(directory + " is a directory, not a file");
    }

    @Test
    void textThatIsNotUtf8IsSaidToBeNone() throws IOException {
        Path file = Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xfc, 'b'});

        assertThat(wordsOfReading(file)).isEqualTo(file + " is not UTF-8 text");
    }

    /** Not by a file's mode: a test that root runs may read everything. */
    @Test
    void aMissingRightIsNamedTogetherWithTheUser() {
        Path file = Path.of("tokens");

        assertThat(FileFailure.words(file, new AccessDeniedException("tokens")))
                .startsWith("tokens cannot be read: permission denied to the user ")
                .endsWith(System.getProperty("user.name"));
    }

    @Test
    void anythingElseKeepsItsReason() {
        Path file = Path.of("tokens");

        assertThat(FileFailure.words(file, new IOException("Input/output error")))
                .isEqualTo("tokens cannot be read: Input/output error");
        assertThat(FileFailure.words(
                        file, new FileSystemException("tokens", null, "Too many levels of symbolic links")))
                .isEqualTo("tokens cannot be read: Too many levels of symbolic links");
    }
}
