package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Role;
import dev.posthouse.offset.server.OffsetServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.event.RelayEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A relay of ours on a loopback port, and all that it told. */
final class RelayFixture implements AutoCloseable {

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final Ed25519KeyPair identity;
    private final Relay relay;

    private RelayFixture(Ed25519KeyPair identity, int port) throws IOException {
        this.identity = identity;
        this.relay = Relay.builder()
                .dialect(OffsetServer.of(identity))
                .events(events::add)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .start();
    }

    static RelayFixture start() throws IOException {
        return new RelayFixture(Ed25519KeyPair.generate(), 0);
    }

    /** The same relay once more, after it was closed. */
    RelayFixture restart() throws IOException {
        return new RelayFixture(identity, relay.address().getPort());
    }

    RelayAddress address() {
        return new RelayAddress(
                identity.publicKey(), "127.0.0.1", relay.address().getPort());
    }

    <E extends RelayEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Waits until so many events of a kind have been told. */
    void await(Class<? extends RelayEvent> kind, int count) {
        await(() -> events(kind).size() >= count);
    }

    /** Listen channels that were opened here until now. */
    int listenersSoFar() {
        return (int) events(RelayEvent.WaitStarted.class).stream()
                .filter(started -> started.role() == Role.ACCEPTOR)
                .count();
    }

    /** Waits until so many listen channels have been opened: only then peers are found. */
    void awaitListeners(int count) {
        await(() -> listenersSoFar() >= count);
    }

    /** Waits until so many connections are left. */
    void awaitConnections(int count) {
        await(() -> relay.connections() == count);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    @Override
    public void close() {
        relay.close();
    }
}
