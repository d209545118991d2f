package dev.posthouse.offset.identity;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that holds no key as it should. The message names the file, what is wrong with it and what would be right, and
 * nothing of its content.
 */
public final class MalformedKeyFile extends IOException {

    /**
     * @param file which one
     * @param wrong what is wrong with it and what would be right
     */
    public MalformedKeyFile(Path file, String wrong) {
        super(file + ": " + wrong);
    }
}
