package dev.posthouse.cli;

import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.Channels;
import java.util.concurrent.CompletableFuture;

/**
 * What the JDK watches once, at a build, to make its cache of loaded and linked classes: the program's ordinary ways, over
 * loopback, without a word. Run by the launcher with {@code -XX:AOTCacheOutput}.
 */
final class Training {

    private static final int TRANSFER = 1_000_000;

    private Training() {}

    public static void main(String[] args) throws Exception {
        Main.commandLine().parseArgs("dial", "http://127.0.0.1:1", "token", "--space", "none", "--json");
        Main.commandLine().parseArgs("accept", "http://127.0.0.1:1", "token");
        Main.commandLine().getUsageMessage();
        try (Relay relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start()) {
            URI address = URI.create("http://127.0.0.1:" + relay.address().getPort());
            for (AddressSpaces spaces : new AddressSpaces[] {AddressSpaces.NONE, AddressSpaces.ALL}) {
                transfer(address, spaces);
            }
        }
    }

    private static void transfer(URI relay, AddressSpaces spaces) throws Exception {
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
            pipe(connection, TRANSFER);
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
