package dev.posthouse.rdv.server;

import dev.posthouse.relay.Relay;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A relay with the rdv dialect on a loopback port, and all that it told. */
public final class ServerFixture implements AutoCloseable {

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

    public static ServerFixture start() throws IOException {
        return new ServerFixture(RdvServer.withDefaults(), Limits.DEFAULT);
    }

    public static ServerFixture start(RdvServer server, Limits limits) throws IOException {
        return new ServerFixture(server, limits);
    }

    public Relay relay() {
        return relay;
    }

    public InetSocketAddress address() {
        return relay.address();
    }

    /** Where clients find it. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + address().getPort());
    }

    public RawPeer connect() throws IOException {
        return RawPeer.connect(address());
    }

    /** A peer that waits in the lobby. */
    public RawPeer waiting(String method, String token) throws IOException {
        // Counted by events: they only ever grow, while a peer that has left may still be in the count of who waits.
        int before = events(RelayEvent.WaitStarted.class).size();
        RawPeer peer = connect().send(RawPeer.request(method, token));
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> events(RelayEvent.WaitStarted.class).size() > before);
        return peer;
    }

    public <E extends RelayEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public <E extends RelayEvent> E awaitEvent(Class<E> kind) {
        return Awaitility.await()
                .until(() -> events(kind), list -> !list.isEmpty())
                .getLast();
    }

    @Override
    public void close() {
        relay.close();
    }
}
