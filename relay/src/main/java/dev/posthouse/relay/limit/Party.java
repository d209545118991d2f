package dev.posthouse.relay.limit;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Who a connection belongs to, as far as it is known: for limits and for logs.
 *
 * @param shown the peer where the world sees it, or the far end of the connection
 * @param address whom limits count: the peer's address as far as it is known, or the proxy's
 */
public record Party(InetSocketAddress shown, InetAddress address) {

    /** What of {@link #address} counts as one. */
    public AddressKey addressKey() {
        return AddressKey.of(address);
    }
}
