package dev.posthouse.interop.nat.peer;

import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Connects this process to itself over loopback, by both routes. The first connection of a JVM loads some hundred classes,
 * which on a busy machine takes longer than many a network: without this the first try of each cell would be decided by
 * the machine and not by the NATs.
 */
final class WarmUp {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int BYTES = 1_000;

    private WarmUp() {}

    /** @throws IOException if it does not come off: then nothing else would */
    static void run() throws IOException {
        try (Relay relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start()) {
            URI server = URI.create("http://" + relay.address().getHostString() + ":"
                    + relay.address().getPort());
            connect(server, AddressSpaces.ALL);
            connect(server, AddressSpaces.NONE);
        }
    }

    private static void connect(URI server, AddressSpaces spaces) throws IOException {
        try (RdvClient client =
                RdvClient.builder().spaces(spaces).timeout(LIMIT).build()) {
            var accepting = new FutureTask<>(() -> {
                try (StreamConnection accepted = client.accept(server, "warm-up")) {
                    SealedExchange.run(accepted.stream(), BYTES, LIMIT, () -> {});
                    return accepted.route();
                }
            });
            Thread.ofVirtual().name("warm-up-acceptor").start(accepting);
            try (StreamConnection dialed = client.dial(server, "warm-up")) {
                SealedExchange.run(dialed.stream(), BYTES, LIMIT, () -> {});
            }
            accepting.get();
        } catch (ExecutionException e) {
            throw new IOException("connecting to itself failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while warming up").initCause(e);
        }
    }
}
