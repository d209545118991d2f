package dev.posthouse.bench.process;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What can be asked of another JVM with the JDK's own {@code jcmd}. */
final class JvmCommand {
    /** A full collection of the heaps that were seen takes well under a second. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private JvmCommand() {}

    static void collectGarbage(long pid) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException("jcmd " + pid + " GC.run did not end within " + LIMIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a JVM collected its garbage");
        }
        if (process.exitValue() != 0) {
            throw new IOException("jcmd " + pid + " GC.run ended with status " + process.exitValue());
        }
    }
}
