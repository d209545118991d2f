package dev.posthouse.interop.process;

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
public record Payload(ByteOracle oracle, long length) {

    private static final int BLOCK = 64 * 1_024;

    public static Payload of(long seed, long length) {
        return new Payload(ByteOracle.of(seed), length);
    }

    /** Nothing at all. */
    public static Payload empty() {
        return of(0, 0);
    }

    /** In lower-case hex. */
    public String sha256() {
        return oracle.sha256(length);
    }

    public byte[] bytes() {
        return oracle.bytes(0, Math.toIntExact(length));
    }

    /** A file in {@code directory} with just this; written once. */
    public Path file(Path directory) throws IOException {
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
