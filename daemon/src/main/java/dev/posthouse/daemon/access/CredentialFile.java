package dev.posthouse.daemon.access;

import dev.posthouse.daemon.configuration.BoundedFile;
import dev.posthouse.net.FileFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A file with one credential a line. */
final class CredentialFile {

    private CredentialFile() {}

    /**
     * All lines.
     *
     * @param largest bytes that the file may have
     * @param what the file is, for the message if it is larger
     * @throws IOException if it cannot be read, is larger or is no text, with a message that names it and says why
     */
    static List<String> lines(Path file, int largest, String what) throws IOException {
        try {
            Optional<String> text = BoundedFile.text(file, largest);
            if (text.isPresent()) {
                return text.get().lines().toList();
            }
        } catch (IOException e) {
            throw new IOException(FileFailure.words(file, e), e);
        }
        throw new IOException(file + " is larger than " + (largest >> 20) + " MiB, which is no list of " + what);
    }
}
