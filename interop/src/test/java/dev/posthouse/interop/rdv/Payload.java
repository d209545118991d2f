package dev.posthouse.interop.rdv;

import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What one side sends: the first bytes of an oracle's sequence, so that the other side knows them.
 *
 * @param oracle whose sequence
 * @param length how many bytes
 */
record Payload(ByteOracle oracle, long length) {

    private static final int BLOCK = 64 * 1_024;

    static Payload of(long seed, long length) {
        return new Payload(ByteOracle.of(seed), length);
    }

    /** Nothing at all. */
    static Payload empty() {
        return of(0, 0);
    }

    /** In lower-case hex. */
    String sha256() {
        return oracle.sha256(length);
    }

    byte[] bytes() {
        return oracle.bytes(0, Math.toIntExact(length));
    }

    /** A file in {@code directory} with just this; written once. */
    Path file(Path directory) throws IOException {
        Path file = directory.resolve("payload-" + oracle.seed() + "-" + length);
        if (Files.exists(file)) {
            return file;
        }
        ByteOracle.Source source = oracle.source(length);
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (source.hasRemaining()) {
                source.fill(block.clear());
                block.flip();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
            }
        }
        return file;
    }
}
