package dev.posthouse.daemon;

import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.OwnAddresses;
import dev.posthouse.net.address.SourceProbe;
import java.net.InetSocketAddress;

/** What clients are told of where the daemon listens. */
final class AdvertisedAddress {

    private AdvertisedAddress() {}

    /**
     * As {@code HOST:PORT}.
     *
     * @param host what the operator says that clients reach; empty if nothing
     * @param listening where it listens; the wildcard address stands for the address from which this host reaches others
     */
    static String of(String host, InetSocketAddress listening) {
        if (!host.isEmpty()) {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + listening.getPort();
        }
        if (listening.getAddress().isAnyLocalAddress()) {
            return OwnAddresses.probe(AddressSpaces.DEFAULT, SourceProbe.udp()).candidates(listening.getPort()).stream()
                    .findFirst()
                    .map(AddressPort::toString)
                    .orElse("localhost:" + listening.getPort());
        }
        return AddressPort.of(listening).toString();
    }
}
