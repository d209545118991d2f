package dev.posthouse.daemon.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The bearer tokens (RFC 6750) of a file, of which only hashes are kept. Immutable; no record, so that nothing of it is
 * ever printed.
 */
public final class BearerTokens {

    /** More than anybody gives out: 10 000 tokens of 64 characters, and comments. */
    static final int LARGEST_FILE = 1 << 20;

    private final List<byte[]> hashes;
    private final boolean readableByAll;

    private BearerTokens(List<byte[]> hashes, boolean readableByAll) {
        this.hashes = List.copyOf(hashes);
        this.readableByAll = readableByAll;
    }

    /**
     * Reads a file: one token a line; blank lines and lines that begin with # say nothing; blanks around a token are
     * dropped.
     *
     * @throws IOException if it cannot be read, is larger than 1 MiB, or a token could not stand in a header
     */
    public static BearerTokens read(Path file) throws IOException {
        var hashes = new ArrayList<byte[]>();
        int number = 0;
        for (String line : CredentialFile.lines(file, LARGEST_FILE, "tokens")) {
            number++;
            String token = line.strip();
            if (token.isEmpty() || token.startsWith("#")) {
                continue;
            }
            if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IOException(file + ":" + number
                        + ": a token has no blanks and only ASCII characters, since it stands in a header");
            }
            hashes.add(hash(token));
        }
        return new BearerTokens(hashes, readableByAll(file));
    }

    private static boolean readableByAll(Path file) throws IOException {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (UnsupportedOperationException e) {
            return false;
        }
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether it is one of them. Takes the same time for each that is, and for each that is not. */
    public boolean contains(String token) {
        byte[] wanted = hash(token);
        boolean found = false;
        for (byte[] known : hashes) {
            found |= MessageDigest.isEqual(known, wanted);
        }
        return found;
    }

    /** How many. */
    public int size() {
        return hashes.size();
    }

    /** Whether every user of the system could read the file. */
    public boolean readableByAll() {
        return readableByAll;
    }

    @Override
    public String toString() {
        return hashes.size() + " bearer tokens";
    }
}
