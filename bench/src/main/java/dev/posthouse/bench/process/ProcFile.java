package dev.posthouse.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what Linux says of a process under {@code /proc/PID}; see proc(5). */
final class ProcFile {
    /** Linux reports times to user space in USER_HZ, which is 100 on every architecture the JDK runs on. */
    private static final double TICKS_A_SECOND = 100;

    /** Positions of utime and stime in {@code stat}, counted from the first field behind the name. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    private ProcFile() {}

    static double cpuSeconds(long pid) throws IOException {
        return cpuSeconds(Files.readString(file(pid, "stat")));
    }

    /** The name stands in parentheses and may itself hold blanks and parentheses: fields count from the last one. */
    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_A_SECOND;
    }

    static MemoryUse memory(long pid) throws IOException {
        return memory(Files.readAllLines(file(pid, "smaps_rollup")));
    }

    static MemoryUse memory(List<String> smapsRollup) throws IOException {
        return new MemoryUse(kib(smapsRollup, "Rss:"), kib(smapsRollup, "Pss:"));
    }

    private static long kib(List<String> lines, String label) throws IOException {
        for (String line : lines) {
            if (line.startsWith(label)) {
                return Long.parseLong(
                        line.substring(label.length()).replace("kB", "").strip());
            }
        }
        throw new IOException("smaps_rollup has no line " + label);
    }

    static boolean isJvm(long pid) throws IOException {
        return Files.readString(file(pid, "comm")).strip().equals("java");
    }

    /** The most descriptors that this process, and each one it starts, may have open. */
    static long descriptorLimit(List<String> limits) throws IOException {
        for (String line : limits) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split(" +", -1)[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        throw new IOException("/proc/self/limits has no line 'Max open files'");
    }

    private static Path file(long pid, String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
