package dev.posthouse.interop.soak;

import dev.posthouse.interop.live.RunningRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * The daemon's configuration, and its reloads. Times are as short as a day in an hour needs them: what waits for one of them comes
 * to its end while the load runs. All other limits are the defaults. One reload at a time.
 */
final class Settings {

    /** For a reload on a machine that has much to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LEAST_LOBBY = 5;

    private final Path file;
    private final Path tokens;
    private final Path keys;
    private int lobby = LEAST_LOBBY;
    private int refused;

    /** @param directory for the file of settings and those that it names */
    Settings(Path directory) throws IOException {
        this.file = directory.resolve("soak.toml");
        this.tokens = directory.resolve("tokens");
        this.keys = directory.resolve("keys");
        Files.writeString(tokens, RdvVisits.BEARER + "\n");
        write();
    }

    Path keys() {
        return keys;
    }

    /** Options of {@code serve}. */
    List<String> options() {
        return List.of("--config", file.toString());
    }

    private void write() throws IOException {
        Files.writeString(file, """
                [access]
                tokens = "%s"
                keys = "%s"
                deny = ["%s"]
                [limits]
                lobby = "%ds"
                choice = "10s"
                stalled = "15s"
                """.formatted(tokens, keys, Visit.DENIED, lobby));
    }

    /** Changes a limit and has everything read again: file, tokens, keys, certificate. Waits until it is in force. */
    synchronized void reload(RunningRelay relay) throws IOException, InterruptedException {
        lobby = lobby == LEAST_LOBBY ? LEAST_LOBBY + 1 : LEAST_LOBBY;
        write();
        String wanted = lobby + "s";
        hangUp(relay);
        Awaitility.await("the reload")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> relay.status()
                        .getAsJsonObject("limits")
                        .get("lobby")
                        .getAsString()
                        .equals(wanted));
    }

    /** Has a file read that is wrong: everything stays as it is, and the log says so. */
    synchronized void reloadWrong(RunningRelay relay) throws IOException, InterruptedException {
        Files.writeString(file, "[limits]\nlobbby = \"5s\"\n");
        hangUp(relay);
        refused++;
        Awaitility.await("the refusal of a reload")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> relay.events().all("not-reloaded").size() == refused);
        write();
    }

    private static void hangUp(RunningRelay relay) throws IOException, InterruptedException {
        int status = new ProcessBuilder(
                        "kill", "-s", "HUP", Long.toString(relay.process().pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("the daemon has ended" + relay.process().everything());
        }
    }
}
