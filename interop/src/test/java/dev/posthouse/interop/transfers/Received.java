package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/** What a command has written, beside what it should have. */
final class Received {

    private static final int BLOCK = 64 * 1_024;

    private Received() {}

    /** How much stands there; nothing if there is no file yet. */
    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whether it is all of the payload and nothing else. */
    static boolean isWhole(Path file, Payload payload) throws IOException {
        return size(file) == payload.length() && firstDifference(file, payload.oracle()) < 0;
    }

    /**
     * Compares with the beginning of a sequence.
     *
     * @return where the first byte stands that differs, or -1: it is an exact prefix
     */
    static long firstDifference(Path file, ByteOracle oracle) throws IOException {
        long at = 0;
        if (!Files.exists(file)) {
            return -1;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = in.readNBytes(BLOCK);
            while (block.length > 0) {
                int differs = Arrays.mismatch(block, oracle.bytes(at, block.length));
                if (differs >= 0) {
                    return at + differs;
                }
                at += block.length;
                block = in.readNBytes(BLOCK);
            }
        }
        return -1;
    }

    /** Removes what a run has written: hundreds of them would fill a disk. */
    static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
