package dev.posthouse.interop.soak;

import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lives in another JVM's heap, by the JDK's own {@code jcmd}.
 *
 * @param pid of the JVM
 */
record JavaHeap(long pid) {

    /** A heap or a generation, as the collectors print it; what it consists of has no total. */
    private static final Pattern USED = Pattern.compile("\\btotal\\b.*\\bused (\\d+)K");

    /** The first finds what died young, the later ones what that kept alive, and they shrink the heap step by step. */
    private static final int COLLECTIONS = 3;

    /** Collects the garbage. What lives then, in KiB. */
    long collected() throws IOException {
        for (int i = 0; i < COLLECTIONS; i++) {
            run("GC.run");
        }
        long used = 0;
        boolean found = false;
        for (String line : run("GC.heap_info")) {
            Matcher matcher = USED.matcher(line);
            if (matcher.find()) {
                used += Long.parseLong(matcher.group(1));
                found = true;
            }
        }
        if (!found) {
            throw new IOException("GC.heap_info says nothing of a heap");
        }
        return used;
    }

    private List<String> run(String command) throws IOException {
        String jcmd =
                Path.of(System.getProperty("java.home", ""), "bin", "jcmd").toString();
        try (ChildProcess process =
                ChildProcess.of(List.of(jcmd, Long.toString(pid), command)).start()) {
            if (process.awaitExit() != 0) {
                throw new IOException("jcmd failed" + process.everything());
            }
            return process.lines(Output.OUT);
        }
    }
}
