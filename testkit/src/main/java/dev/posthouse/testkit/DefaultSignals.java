package dev.posthouse.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs as a terminal would, with signals that do something. A build under {@code nohup}, or in the background of a
 * script, ignores some, and so do the programs that it starts: a test that sends them one would wait for ever.
 */
public final class DefaultSignals {

    /** Those that a parent may have set to be ignored: HUP, INT, QUIT and TERM, as bits of their numbers less one. */
    private static final long TAKEN_BACK = 0x4007L;

    private DefaultSignals() {}

    /**
     * The command that starts a program with the default actions.
     *
     * @param command as it would be started otherwise
     * @return the same where this process ignores none of them, or where the system does not tell; else behind {@code env} of
     *     GNU coreutils 8.31 or newer, whose process becomes the program's
     */
    public static List<String> command(List<String> command) {
        if ((ignored() & TAKEN_BACK) == 0) {
            return command;
        }
        var all = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,QUIT,TERM"));
        all.addAll(command);
        return all;
    }

    /** The signals that this process ignores, as the kernel of Linux shows them. */
    private static long ignored() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
