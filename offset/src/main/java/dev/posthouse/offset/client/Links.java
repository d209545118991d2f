package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * All links of a client, and the one listener of those that wait for their peers: at every relay that one of them names, and open there to
 * the peers of those that do (spec 8.3).
 */
final class Links implements AutoCloseable {

    private final Legs legs;
    private final Rotation rotation;
    private final Supplier<RandomGenerator> randomness;
    private final OffsetListener listener;
    private final Map<Ed25519PublicKey, PeerLink> links = new ConcurrentHashMap<>();

    /** @param listener makes the listener, which asks the given admission */
    Links(Legs legs, Rotation rotation, Supplier<RandomGenerator> randomness, ListenerFactory listener)
            throws IOException {
        this.legs = legs;
        this.rotation = rotation;
        this.randomness = randomness;
        this.listener = listener.open(this::expects);
        Thread.ofVirtual().name("offset links").start(this::deliver);
    }

    /** Opens a listener at no relay. */
    interface ListenerFactory {
        OffsetListener open(Admission admission) throws IOException;
    }

    /** @throws IllegalStateException if there is a link with that peer */
    PeerLink add(Ed25519PublicKey peer, List<RelayAddress> relays) {
        Direction direction = Direction.of(legs.channels().own().publicKey(), peer);
        var backOff = new BackOff(legs.channels().ticks(), randomness.get());
        var link = new PeerLink(legs, rotation, peer, direction, relays, backOff, this::changed);
        if (links.putIfAbsent(peer, link) != null) {
            throw new IllegalStateException("there is a link with " + peer + " already: close it first");
        }
        changed(link);
        link.start();
        return link;
    }

    private boolean expects(RelayAddress relay, Ed25519PublicKey peer) {
        PeerLink link = links.get(peer);
        return link != null
                && link.direction() == Direction.LISTEN
                && link.relays().contains(relay);
    }

    private synchronized void changed(PeerLink link) {
        if (link.isClosed()) {
            links.remove(link.peer(), link);
        }
        listener.relays(links.values().stream()
                .filter(each -> each.direction() == Direction.LISTEN)
                .flatMap(each -> each.relays().stream())
                .distinct()
                .toList());
    }

    private void deliver() {
        try {
            while (true) {
                OffsetConnection connection = listener.accept();
                PeerLink link = links.get(connection.peer());
                if (link == null) {
                    connection.abort();
                } else {
                    link.arrived(connection);
                }
            }
        } catch (IOException e) {
            // The listener was closed, and with it this.
        }
    }

    @Override
    public void close() {
        links.values().forEach(PeerLink::close);
        listener.close();
    }
}
