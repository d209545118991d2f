package dev.posthouse.daemon.dialect;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.FileFailure;
import dev.posthouse.offset.identity.IdentityFile;
import dev.posthouse.offset.identity.MalformedKeyFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The identity under which the Offset relay is known: from a file that the configuration names, or else from the state
 * directory, where it is made at the first start.
 *
 * @param file where it stands
 * @param identity what stands there
 */
record OffsetIdentity(Path file, Ed25519KeyPair identity) {

    private static final String NAME = "relay.ident";

    /**
     * Reads it.
     *
     * @throws IOException if there is none and none can be made, or the file is none, with a message that names the file and
     *     what to do
     */
    static OffsetIdentity of(Configuration configuration) throws IOException {
        Optional<Path> named = configuration.value(OffsetModule.IDENTITY);
        if (named.isPresent()) {
            return new OffsetIdentity(named.get(), read(named.get()));
        }
        Path file = configuration
                .stateDirectory()
                .orElseThrow(() -> new IOException("nothing says where to keep the Offset relay's identity: set "
                        + Settings.STATE.flag() + " DIRECTORY"))
                .resolve(NAME);
        try {
            return new OffsetIdentity(file, IdentityFile.readOrCreate(file));
        } catch (IOException e) {
            throw new IOException(
                    "cannot keep the Offset relay's identity in " + file + " (" + whyNotKept(e) + "): set "
                            + Settings.STATE.flag() + " to a directory that can be written, or serve without it by "
                            + Settings.DIALECTS.flag() + " rdv",
                    e);
        }
    }

    private static Ed25519KeyPair read(Path file) throws IOException {
        try {
            return IdentityFile.read(file);
        } catch (IOException e) {
            throw new IOException(OffsetModule.IDENTITY + ": " + words(file, e), e);
        }
    }

    /** Here it may be a directory above that is in the way, or one that is missing a right. */
    private static String whyNotKept(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile() + ", and none can be made";
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException taken -> taken.getFile() + " is not a directory";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static String words(Path file, IOException e) {
        return e instanceof MalformedKeyFile ? String.valueOf(e.getMessage()) : FileFailure.words(file, e);
    }
}
