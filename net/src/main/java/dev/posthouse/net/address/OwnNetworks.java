package dev.posthouse.net.address;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The networks that this host is in, by the addresses of its interfaces and their prefixes: what lies in one of them is
 * reached without a router.
 *
 * @param networks of all interfaces that are up
 * @param addresses of this host itself
 */
public record OwnNetworks(NetworkBlocks networks, Set<InetAddress> addresses) {

    /** Of a host that is in no network. */
    public static final OwnNetworks NONE = new OwnNetworks(NetworkBlocks.NONE, Set.of());

    public OwnNetworks {
        addresses = Set.copyOf(addresses);
    }

    /** Of this host, as it is now; {@link #NONE} if the system does not tell. */
    public static OwnNetworks ofHost() {
        List<NetworkBlock> networks = new ArrayList<>();
        Set<InetAddress> addresses = new HashSet<>();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                if (each.isUp()) {
                    each.getInterfaceAddresses().forEach(address -> add(address, networks, addresses));
                }
            }
        } catch (SocketException e) {
            return NONE;
        }
        return new OwnNetworks(new NetworkBlocks(networks), addresses);
    }

    private static void add(InterfaceAddress address, List<NetworkBlock> networks, Set<InetAddress> addresses) {
        IpAddress own = IpAddress.of(address.getAddress()).withoutZone();
        addresses.add(own.toInetAddress());
        int prefix = address.getNetworkPrefixLength();
        // Some systems have none to tell; a network without a prefix would be the whole world.
        if (prefix > 0 && prefix <= (own.isIpv4() ? 32 : 128)) {
            networks.add(NetworkBlock.around(own, prefix));
        }
    }

    /** Whether {@code address} lies in one of the networks. */
    public boolean contains(InetAddress address) {
        return networks.contains(address);
    }

    /** Whether {@code address} is this host. */
    public boolean isThisHost(InetAddress address) {
        return address.isLoopbackAddress()
                || addresses.contains(IpAddress.of(address).withoutZone().toInetAddress());
    }
}
