package dev.posthouse.relay.limit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Who a connection belongs to, as far as it is known: for limits and for logs.
 *
 * @param shown the peer where the world sees it, with port 0 if a proxy named none; or the far end of the connection
 * @param address whom limits count: the peer's address as far as it is known, or the proxy's
 * @param key whom limits count as well, once it has proved a key
 */
public record Party(InetSocketAddress shown, InetAddress address, Optional<PeerKey> key) {

    /** One of whom no key is known. */
    public Party(InetSocketAddress shown, InetAddress address) {
        this(shown, address, Optional.empty());
    }

    /** The same, which has proved a key. */
    public Party with(PeerKey proved) {
        return new Party(shown, address, Optional.of(proved));
    }

    /** What of {@link #address} counts as one. */
    public AddressKey addressKey() {
        return AddressKey.of(address);
    }
}
