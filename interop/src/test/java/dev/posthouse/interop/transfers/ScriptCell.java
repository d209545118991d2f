package dev.posthouse.interop.transfers;

import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a person types into a shell, which must succeed.
 *
 * @param name of the cell
 * @param script for bash, in an empty directory, {@code $DIR}: {@code "$@"} is the launcher
 * @param parent of that directory
 */
record ScriptCell(String name, String script, Path parent) implements Cells.Cell {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public int runs() {
        return 1;
    }

    @Override
    public String run(long seed) throws IOException {
        Path here = Files.createTempDirectory(parent, "run");
        try (ChildProcess shell = ChildProcess.of(Posthouse.shell("cd \"$DIR\"; " + script, Posthouse.command()))
                .environment("DIR", here.toString())
                .environment("POSTHOUSE_ADMIN_LISTEN", "off")
                .start()) {
            int exit = shell.awaitExit(PATIENCE);
            if (exit != 0) {
                throw new AssertionError("it exits with " + exit + shell.everything());
            }
            return "works";
        } finally {
            Received.delete(here);
        }
    }
}
