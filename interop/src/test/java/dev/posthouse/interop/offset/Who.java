package dev.posthouse.interop.offset;

import dev.posthouse.crypto.Identity;
import dev.posthouse.offset.identity.IdentityFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An identity of one test, in a file that both sides read.
 *
 * @param file with the private key
 * @param identity the same
 */
public record Who(Path file, Identity identity) {

    /** A new one. */
    public static Who in(Path directory) throws IOException {
        return in(directory, Identity.generate());
    }

    /** A new one whose key begins with '-', as one in 64 does. */
    static Who withDash(Path directory) throws IOException {
        Identity identity = Identity.generate();
        while (!identity.publicKey().toString().startsWith("-")) {
            identity = Identity.generate();
        }
        return in(directory, identity);
    }

    private static Who in(Path directory, Identity identity) throws IOException {
        Path file = Files.createTempDirectory(directory, "who").resolve("it.ident");
        IdentityFile.write(file, identity);
        return new Who(file, identity);
    }

    /** The public key, as it is written. */
    public String key() {
        return identity.publicKey().toString();
    }
}
