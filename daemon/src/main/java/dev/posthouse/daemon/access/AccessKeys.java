package dev.posthouse.daemon.access;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Public keys of which a client needs one. Immutable.
 *
 * @param keys Ed25519 identities
 */
public record AccessKeys(Set<Ed25519PublicKey> keys) {

    /** More is no list of keys. */
    static final int LARGEST_FILE = 4 << 20;

    public AccessKeys {
        keys = Set.copyOf(keys);
    }

    /**
     * Reads a file: one key a line, base64url as in Offset's files; what follows it after a blank is a comment, and so are
     * lines that begin with #.
     *
     * @throws IOException if it cannot be read, is larger than 4 MiB, or a line has no key, naming the line
     */
    public static AccessKeys read(Path file) throws IOException {
        var keys = new HashSet<Ed25519PublicKey>();
        int number = 0;
        for (String line : CredentialFile.lines(file, LARGEST_FILE, "keys")) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            try {
                keys.add(Ed25519PublicKey.parse(text.split("\\s", 2)[0]));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ":" + number + ": " + e.getMessage(), e);
            }
        }
        return new AccessKeys(keys);
    }

    @Override
    public String toString() {
        return keys.size() + " public keys";
    }
}
