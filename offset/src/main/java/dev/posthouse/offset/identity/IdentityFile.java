package dev.posthouse.offset.identity;

import dev.posthouse.crypto.Ed25519KeyPair;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Identities in files, as Offset's {@code stmgr gen-ident} writes them (offset-relay spec 10): JSON with the seed. Files
 * of its older releases are read too: JSON or TOML with a PKCS#8 document, of which Offset 0.1.11 itself makes a wrong
 * identity without a word. Thread-safe, also against other processes.
 */
public final class IdentityFile {

    /** Our decision: some five hundred times what the longest form needs. */
    private static final int MAX_LENGTH = 64 * 1024;

    private static final String OWNER_ONLY = "rw-------";
    private static final String OWNER_ONLY_DIRECTORY = "rwx------";

    private static final Set<PosixFilePermission> OF_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private IdentityFile() {}

    /**
     * The identity in a file, which has at most 64 KiB.
     *
     * @throws NoSuchFileException if there is no such file
     * @throws MalformedKeyFile if the file is longer, or holds no identity in any of the known forms
     * @throws IOException if it cannot be read
     */
    public static Ed25519KeyPair read(Path file) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_LENGTH + 1);
        }
        if (content.length > MAX_LENGTH) {
            throw new MalformedKeyFile(
                    file, "is longer than " + MAX_LENGTH + " bytes: an identity file has about a hundred");
        }
        return PrivateKeyText.parse(content, file);
    }

    /**
     * Writes a new file, in a directory that exists. Nobody else sees it before it is complete, or may read it (mode 0600
     * where there are modes). A file that is there already is never touched.
     *
     * <p>Where the file system has no hard links, two that write in the same instant may both succeed, the later one
     * lasting.
     *
     * @throws FileAlreadyExistsException if there is something of this name
     * @throws IOException if the file cannot be written; there is none then
     */
    public static void write(Path file, Ed25519KeyPair identity) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path directory = directory(file);
        Path temporary = Files.createTempFile(directory, ".identity-", ".new", mode(directory, OWNER_ONLY));
        try {
            writeAll(temporary, PrivateKeyText.write(identity).getBytes(StandardCharsets.UTF_8));
            publish(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * The identity in a file; a new one, written there, if there is no file. The directories above are made if need be,
     * for the owner only (mode 0700). Several that do this at once, in one process or in many, all get the same identity,
     * under the condition of {@link #write}.
     *
     * @throws MalformedKeyFile if there is a file that is not an identity's: it stays as it is
     * @throws IOException if the file can be neither read nor written
     */
    public static Ed25519KeyPair readOrCreate(Path file) throws IOException {
        try {
            return read(file);
        } catch (NoSuchFileException e) {
            Files.createDirectories(directory(file), mode(file, OWNER_ONLY_DIRECTORY));
        }
        try {
            write(file, Ed25519KeyPair.generate());
        } catch (FileAlreadyExistsException e) {
            // Another was first: then it is that one's identity.
        }
        return read(file);
    }

    /**
     * One line for the log if others than its owner may read or write the file; empty if not, or if that cannot be told.
     */
    public static Optional<String> warning(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return permissions.stream().anyMatch(OF_OTHERS::contains)
                    ? Optional.of("identity file " + file + " is open to other users ("
                            + PosixFilePermissions.toString(permissions) + "): make it the owner's only, chmod 600")
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static void writeAll(Path file, byte[] content) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            ByteBuffer remaining = ByteBuffer.wrap(content);
            while (remaining.hasRemaining()) {
                channel.write(remaining);
            }
            if (channel instanceof FileChannel inFile) {
                inFile.force(true);
            }
        }
    }

    /** Gives a complete file its name, unless that is taken. */
    private static void publish(Path complete, Path file) throws IOException {
        try {
            Files.createLink(file, complete);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(complete, file);
        }
    }

    private static Path directory(Path file) throws FileAlreadyExistsException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new FileAlreadyExistsException(file.toString(), null, "is a root directory, not a file");
        }
        return directory;
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
