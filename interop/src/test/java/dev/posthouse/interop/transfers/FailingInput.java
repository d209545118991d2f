package dev.posthouse.interop.transfers;

import dev.posthouse.interop.process.Payload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file whose reader is failed with EIO after some megabytes, without a broken disk: this process's own memory, read
 * through /proc, where a mapped file has been cut. Linux, and who may trace this process. Lives as long as the process.
 */
final class FailingInput {

    /** Bytes that are good: a multiple of any page size. */
    static final int GOOD = 3 * 1_024 * 1_024;

    private static final int MAPPED = 4 * 1_024 * 1_024;

    private final long address;

    private FailingInput(long address) {
        this.address = address;
    }

    /** With the beginning of a payload of at least {@link #MAPPED} bytes, in a file of its own. */
    static FailingInput of(Payload payload, Path directory) throws IOException {
        Path file = payload.file(directory);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long address =
                    channel.map(MapMode.READ_ONLY, 0, MAPPED, Arena.global()).address();
            channel.truncate(GOOD);
            return new FailingInput(address);
        }
    }

    /** Runs {@code "$@"} with it as standard input: dd leaves the position where the good bytes begin. */
    String script() {
        return "{ dd iflag=skip_bytes skip=%d count=0 2>/dev/null; exec \"$@\"; } </proc/%d/mem"
                .formatted(address, ProcessHandle.current().pid());
    }
}
