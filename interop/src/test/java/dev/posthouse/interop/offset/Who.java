package dev.posthouse.interop.offset;

import dev.posthouse.crypto.Ed25519KeyPair;
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
public record Who(Path file, Ed25519KeyPair identity) {

    /** A new one. */
    public static Who in(Path directory) throws IOException {
        return in(directory, Ed25519KeyPair.generate());
    }

    /** A new one whose key begins with '-', as one in 64 does. */
    static Who withDash(Path directory) throws IOException {
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        while (!identity.publicKey().toString().startsWith("-")) {
            identity = Ed25519KeyPair.generate();
        }
        return in(directory, identity);
    }

    private static Who in(Path directory, Ed25519KeyPair identity) throws IOException {
        Path file = Files.createTempDirectory(directory, "who").resolve("it.ident");
        IdentityFile.write(file, identity);
        return new Who(file, identity);
    }

    /** The public key, as it is written. */
    public String key() {
        return identity.publicKey().toString();
    }
}
