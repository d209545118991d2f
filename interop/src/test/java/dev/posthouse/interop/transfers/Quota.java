package dev.posthouse.interop.transfers;

import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A quota on standard output, without a file system that has quotas and a user whom they bind: a library that is loaded
 * before the system's own and fails the writing behind the first mebibyte of a file. Needs a C compiler.
 */
final class Quota {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Quota() {}

    /** Builds it into a directory; for LD_PRELOAD. */
    static Path library(Path directory) throws IOException {
        Path library = directory.resolve("quota.so");
        Path source = Posthouse.root().resolve("interop/peers/quota/quota.c");
        try (ChildProcess compiler = ChildProcess.of(
                        List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl"))
                .start()) {
            if (compiler.awaitExit(PATIENCE) != 0) {
                throw new IOException("quota.c does not compile" + compiler.everything());
            }
        }
        return library;
    }
}
