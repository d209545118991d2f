package dev.posthouse.cli;

import dev.posthouse.crypto.Identity;
import dev.posthouse.crypto.IdentityFile;
import dev.posthouse.crypto.PublicKey;
import dev.posthouse.daemon.Daemon;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.dialect.OffsetModule;
import dev.posthouse.net.Refused;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetAddress;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetListener;
import dev.posthouse.offset.client.RelayAddress;
import dev.posthouse.offset.server.OffsetServer;
import dev.posthouse.rdv.client.RdvClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the JDK watches once, at a build, to make its cache of loaded and linked classes and of how often methods ran and
 * what they met: the program's ordinary ways, over loopback, without a word. Run by the launcher with {@code
 * -XX:AOTCacheOutput}.
 */
final class Training {

    private static final int TRANSFER = 1_000_000;

    /** As many as make the relay's ways hot, so that its profile is in the cache and a busy relay is fast after seconds. */
    private static final int CIRCUITS = 400;

    /** Each takes a hundred times as long as a circuit of rdv, for its handshakes. */
    private static final int TUNNELS = 40;

    /** Each takes a whole handshake, long enough for what is only late. */
    private static final int REFUSALS = 100;

    private Training() {}

    public static void main(String[] args) throws Exception {
        Main.commandLine().parseArgs("dial", "http://127.0.0.1:1", "token", "--space", "none", "--json");
        Main.commandLine().parseArgs("accept", "http://127.0.0.1:1", "token");
        Main.commandLine().getUsageMessage();
        Path identity = Files.createTempDirectory("posthouse-training").resolve("relay.ident");
        IdentityFile.write(identity, Identity.generate());
        var configuration = Configuration.load(
                Optional.empty(),
                Map.of(),
                Map.of(
                        Settings.LISTEN.flag(),
                        "127.0.0.1:0",
                        Settings.ADMIN_LISTEN.flag(),
                        "off",
                        OffsetModule.IDENTITY.flag(),
                        identity.toString()));
        try (Daemon daemon = Daemon.start(configuration, line -> {})) {
            URI address = URI.create(
                    "http://127.0.0.1:" + daemon.addresses().getFirst().getPort());
            transfer(address, AddressSpaces.ALL, TRANSFER);
            transfer(address, AddressSpaces.NONE, TRANSFER);
            for (int i = 0; i < CIRCUITS; i++) {
                transfer(address, AddressSpaces.NONE, 1);
            }
            var relay = OffsetAddress.parse(daemon.dialectAddresses()
                            .getOrDefault(OffsetServer.NAME, List.of())
                            .getFirst())
                    .relay();
            for (int i = 0; i < TUNNELS; i++) {
                transferByKey(relay, i == 0 ? TRANSFER : 1);
            }
        } finally {
            Files.delete(identity);
            Files.delete(identity.getParent());
        }
    }

    private static void transferByKey(RelayAddress relay, int bytes) throws Exception {
        Identity here = Identity.generate();
        Identity there = Identity.generate();
        try (OffsetClient accepting = OffsetClient.of(there);
                OffsetListener listener = accepting.listen(relay, AccessList.of(here.publicKey()))) {
            var accepted = new CompletableFuture<Void>();
            Thread.startVirtualThread(() -> {
                try (Connection connection = listener.accept()) {
                    pipe(connection, 0);
                    accepted.complete(null);
                } catch (IOException e) {
                    accepted.completeExceptionally(e);
                }
            });
            try (OffsetClient dialing = OffsetClient.of(here)) {
                try (Connection connection = dialRegistered(dialing, relay, there.publicKey())) {
                    pipe(connection, bytes);
                }
            }
            accepted.get();
        }
    }

    /** The relay registers a listener after it has answered it, and does not tell when; a dialer before that is refused. */
    private static Connection dialRegistered(OffsetClient dialing, RelayAddress relay, PublicKey listener)
            throws IOException {
        int refused = 0;
        while (true) {
            try {
                return dialing.dial(relay, listener);
            } catch (Refused e) {
                if (++refused == REFUSALS) {
                    throw e;
                }
            }
        }
    }

    private static void transfer(URI relay, AddressSpaces spaces, int bytes) throws Exception {
        var accepted = new CompletableFuture<Void>();
        Thread.startVirtualThread(() -> {
            try (RdvClient client = RdvClient.builder().spaces(spaces).build();
                    Connection connection = client.accept(relay, "training")) {
                pipe(connection, 0);
                accepted.complete(null);
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        });
        try (RdvClient client = RdvClient.builder().spaces(spaces).build();
                Connection connection = client.dial(relay, "training")) {
            pipe(connection, bytes);
        }
        accepted.get();
    }

    private static void pipe(Connection connection, int bytes) throws IOException {
        new Talk(new java.io.PrintStream(new ByteArrayOutputStream()), true, false, false).connected(connection);
        new Pipe(
                        connection,
                        Channels.newChannel(new ByteArrayInputStream(new byte[bytes])),
                        Channels.newChannel(new ByteArrayOutputStream(bytes)),
                        false)
                .run();
    }
}
