package dev.posthouse.rdv.server;

import dev.posthouse.relay.Limits;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.RelayEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A relay with the rdv dialect on a loopback port, and all that it told. */
final class ServerFixture implements AutoCloseable {

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final Relay relay;

    private ServerFixture(RdvServer server, Limits limits) throws IOException {
        relay = Relay.builder()
                .dialect(server)
                .limits(limits)
                .events(events::add)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start();
    }

    static ServerFixture start() throws IOException {
        return new ServerFixture(RdvServer.withDefaults(), Limits.DEFAULT);
    }

    static ServerFixture start(RdvServer server, Limits limits) throws IOException {
        return new ServerFixture(server, limits);
    }

    Relay relay() {
        return relay;
    }

    InetSocketAddress address() {
        return relay.address();
    }

    RawPeer connect() throws IOException {
        return RawPeer.connect(address());
    }

    /** A peer that waits in the lobby. */
    RawPeer waiting(String method, String token) throws IOException {
        int before = relay.services().admission().waiting();
        RawPeer peer = connect().send(RawPeer.request(method, token));
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> relay.services().admission().waiting() == before + 1);
        return peer;
    }

    <E extends RelayEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <E extends RelayEvent> E awaitEvent(Class<E> kind) {
        return Awaitility.await()
                .until(() -> events(kind), list -> !list.isEmpty())
                .getLast();
    }

    @Override
    public void close() {
        relay.close();
    }
}
