package dev.posthouse.cli;

import dev.posthouse.cli.dialect.Dialects;
import dev.posthouse.cli.dialect.SchemeModule;
import dev.posthouse.daemon.Daemon;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.connection.StreamConnection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * What the JDK watches once, at a build, to make its cache of loaded and linked classes and of how often methods ran and
 * what they met: the program's ordinary ways, in every dialect, over loopback, without a word. Run by the launcher with {@code
 * -XX:AOTCacheOutput}.
 */
final class Training {

    private Training() {}

    public static void main(String[] args) throws Exception {
        Main.commandLine().parseArgs("dial", "http://127.0.0.1:1", "token", "--timeout", "1m", "--json");
        Main.commandLine().parseArgs("accept", "http://127.0.0.1:1", "token");
        Main.commandLine().getUsageMessage();
        Path state = Files.createTempDirectory("posthouse-training");
        var configuration = Configuration.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        Settings.LISTEN.flag(),
                        "127.0.0.1:0",
                        Settings.ADMIN_LISTEN.flag(),
                        "off",
                        Settings.STATE.flag(),
                        state.toString()));
        try (Daemon daemon = Daemon.start(configuration, line -> {})) {
            for (SchemeModule module : Dialects.known()) {
                module.train(
                        daemon.addresses().getFirst(),
                        daemon.dialectAddresses().getOrDefault(module.name(), List.of()),
                        Training::transfer);
            }
        } finally {
            // What the daemon keeps are files, in no directories.
            for (File kept : Optional.ofNullable(state.toFile().listFiles()).orElse(new File[0])) {
                Files.delete(kept.toPath());
            }
            Files.delete(state);
        }
    }

    private static void transfer(
            int bytes, Callable<? extends StreamConnection> accepting, Callable<? extends StreamConnection> dialing)
            throws Exception {
        var accepted = new CompletableFuture<Void>();
        Thread.startVirtualThread(() -> {
            try (StreamConnection connection = accepting.call()) {
                pipe(connection, 0);
                accepted.complete(null);
            } catch (Exception e) {
                accepted.completeExceptionally(e);
            }
        });
        try (StreamConnection connection = dialing.call()) {
            pipe(connection, bytes);
        }
        accepted.get();
    }

    private static void pipe(StreamConnection connection, int bytes) throws IOException {
        new Talk(new java.io.PrintStream(new ByteArrayOutputStream()), true, false, false).connected(connection);
        new Pipe(
                        connection,
                        Channels.newChannel(new ByteArrayInputStream(new byte[bytes])),
                        Channels.newChannel(new ByteArrayOutputStream(bytes)),
                        false)
                .run();
    }
}
