package dev.posthouse.cli.dialect;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.FileFailure;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads identity files that a command names. */
final class Identities {

    private Identities() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if there is none, it is none, or it cannot be read
     */
    static Ed25519KeyPair read(Path file) {
        try {
            return IdentityFile.read(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "there is no identity file " + file + "; posthouse keygen " + file + " makes one", e);
        } catch (MalformedKeyFile e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the identity file " + FileFailure.words(file, e), e);
        }
    }
}
