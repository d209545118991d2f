package dev.posthouse.daemon;

import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.OwnAddresses;
import dev.posthouse.net.address.SourceProbe;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.function.Predicate;

/** What clients are told of where the daemon listens. */
final class AdvertisedAddress {

    private AdvertisedAddress() {}

    /**
     * As {@code HOST:PORT}, at least one.
     *
     * @param host what the operator says that clients reach; empty if nothing
     * @param listening where it listens; the wildcard address stands for those from which this host reaches others, without
     *     a way to others for what its interfaces have, and only if they have nothing for {@code localhost}
     */
    static List<String> of(String host, InetSocketAddress listening) {
        int port = listening.getPort();
        if (!host.isEmpty()) {
            return List.of((host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
        if (!listening.getAddress().isAnyLocalAddress()) {
            return List.of(AddressPort.of(listening).toString());
        }
        List<AddressPort> towardsOthers =
                OwnAddresses.probe(AddressSpaces.DEFAULT, SourceProbe.udp()).candidates(port);
        List<AddressPort> found = towardsOthers.isEmpty() ? ofInterfaces(port) : towardsOthers;
        return found.isEmpty()
                ? List.of("localhost:" + port)
                : found.stream().map(AddressPort::toString).toList();
    }

    private static List<AddressPort> ofInterfaces(int port) {
        Predicate<InetAddress> ofThisHostOnly = address -> address.isLoopbackAddress() || address.isLinkLocalAddress();
        try {
            return AddressPort.canonical(NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(ofThisHostOnly.negate())
                    .map(address -> new AddressPort(IpAddress.of(address).withoutZone(), port))
                    .toList());
        } catch (SocketException e) {
            // The interfaces cannot be listed: then localhost is all that is known.
            return List.of();
        }
    }
}
