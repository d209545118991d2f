package dev.posthouse.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What of the machine bears on the figures. */
public final class Machine {
    private Machine() {}

    /** The most descriptors that this process may have open, and so may those that it starts. */
    public static long descriptorLimit() throws IOException {
        return ProcFile.descriptorLimit(Files.readAllLines(Path.of("/proc/self/limits")));
    }

    /** Cores, kernel, JDK and load on one line. */
    public static String description() throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0];
        return Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + " " + System.getProperty("os.arch") + ", JDK "
                + Runtime.version() + ", load at the start " + load;
    }
}
