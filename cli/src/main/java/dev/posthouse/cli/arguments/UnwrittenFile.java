package dev.posthouse.cli.arguments;

import dev.posthouse.cli.streams.SystemReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that a command was to write, and could not: names it and the reason. */
@SuppressWarnings("serial") // never serialized
public final class UnwrittenFile extends IOException {

    /** @param cause what the system said */
    public UnwrittenFile(Path file, IOException cause) {
        super("cannot write " + file + ": " + reason(file, cause), cause);
    }

    private static String reason(Path file, IOException cause) {
        Path directory = file.toAbsolutePath().getParent();
        return cause instanceof NoSuchFileException && directory != null && !Files.isDirectory(directory)
                ? "there is no directory " + directory
                : SystemReason.of(cause);
    }
}
