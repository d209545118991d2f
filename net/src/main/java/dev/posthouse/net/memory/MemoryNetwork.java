package dev.posthouse.net.memory;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PeerUnreachable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Named listeners that know only those of the same network. Thread-safe. Several networks in one process do not know
 * each other.
 */
public final class MemoryNetwork {

    private final Link link;
    private final Map<String, MemoryListener> listeners = new ConcurrentHashMap<>();

    /** A network whose connections all run over such a link. */
    public MemoryNetwork(Link link) {
        this.link = link;
    }

    /**
     * Listens under a name that is free again once the listener is closed.
     *
     * @throws IOException if the name is taken
     */
    public MemoryListener listen(String name) throws IOException {
        MemoryListener listener = new MemoryListener(name, listeners::remove);
        if (listeners.putIfAbsent(name, listener) != null) {
            throw new IOException("the name " + name + " is taken: close its listener first, or listen under another");
        }
        return listener;
    }

    /**
     * Connects to a listener. Does not wait until it accepts.
     *
     * @throws PeerUnreachable if nobody listens under this name, or too many wait there to be accepted
     */
    public ByteStream dial(String name) throws PeerUnreachable {
        return dial(name, Optional.empty());
    }

    /**
     * The same, and the accepting side sees an address.
     *
     * @param from what the accepted stream gives as its {@link ByteStream#remoteAddress}
     * @throws PeerUnreachable if nobody listens under this name, or too many wait there to be accepted
     */
    public ByteStream dial(String name, InetSocketAddress from) throws PeerUnreachable {
        return dial(name, Optional.of(from));
    }

    private ByteStream dial(String name, Optional<InetSocketAddress> from) throws PeerUnreachable {
        MemoryListener listener = listeners.get(name);
        if (listener == null) {
            throw new PeerUnreachable("nobody listens under the name " + name + " in this network");
        }
        MemoryPair pair = MemoryPair.create(link, from, Optional.empty());
        listener.offer(pair.right());
        return pair.left();
    }
}
