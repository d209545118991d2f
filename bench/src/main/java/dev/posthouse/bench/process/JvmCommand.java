package dev.posthouse.bench.process;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be asked of another JVM with the JDK's own {@code jcmd}. */
final class JvmCommand {
    /** A full collection of the heaps that were seen takes well under a second. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** A generation or a whole heap, as the collectors of the JDK print it; what it consists of is indented. */
    private static final Pattern USED = Pattern.compile("(?m)^\\S.* total .*\\bused (\\d+)K");

    private JvmCommand() {}

    static void collectGarbage(long pid) throws IOException {
        run(pid, "GC.run");
    }

    static long usedHeapKib(long pid) throws IOException {
        return usedKib(run(pid, "GC.heap_info"));
    }

    static long usedKib(String heapInfo) throws IOException {
        Matcher used = USED.matcher(heapInfo);
        long kib = 0;
        boolean found = false;
        while (used.find()) {
            found = true;
            kib += Long.parseLong(used.group(1));
        }
        if (!found) {
            throw new IOException("GC.heap_info says nothing of a heap: " + heapInfo);
        }
        return kib;
    }

    private static String run(long pid, String command) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        // What these commands print is a few lines, which a pipe holds.
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String what = "jcmd " + pid + " " + command;
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(what + " did not end within " + LIMIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a JVM was asked");
        }
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IOException(what + " ended with status " + process.exitValue() + ": " + answer.strip());
        }
        return answer;
    }
}
