package dev.posthouse.net.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses that this host has to offer: for each enabled class of destinations the source address that the system
 * would choose (rdv v0.0.6, {@code probeLocalAddrs}). So only addresses of the routes that are in use are found, and no
 * others of the host.
 */
public final class OwnAddresses {

    /** The port of the probed addresses. Nothing is sent there. */
    private static final int PROBE_PORT = 53;

    /**
     * Whom to ask for, by class. They are the original's, so that both find the same; {@link AddressSpace#CGNAT4} has
     * none, since towards it the route is the one to public addresses, or a tunnel that must be asked for by name.
     */
    private static final Map<AddressSpace, String> PROBES = Map.of(
            AddressSpace.PUBLIC4, "1.1.1.1",
            AddressSpace.PUBLIC6, "2400::1",
            AddressSpace.PRIVATE4, "192.168.0.1",
            AddressSpace.PRIVATE6, "fd00::1",
            AddressSpace.LINK4, "169.254.0.1",
            AddressSpace.LINK6, "fe80::1",
            AddressSpace.LOOPBACK4, "127.0.0.1",
            AddressSpace.LOOPBACK6, "::1");

    private final AddressSpaces spaces;
    private final Map<AddressSpace, IpAddress> sources;

    private OwnAddresses(AddressSpaces spaces, Map<AddressSpace, IpAddress> sources) {
        this.spaces = spaces;
        this.sources = Map.copyOf(sources);
    }

    /**
     * Probes once for each class in {@code spaces}.
     *
     * @param probe {@link SourceProbe#udp()}, or what a test brings
     */
    public static OwnAddresses probe(AddressSpaces spaces, SourceProbe probe) {
        Map<AddressSpace, IpAddress> sources = new EnumMap<>(AddressSpace.class);
        PROBES.forEach((space, target) -> {
            if (spaces.includes(space)) {
                InetSocketAddress remote = new AddressPort(IpAddress.parse(target), PROBE_PORT).toSocketAddress();
                Optional<InetAddress> source = probe.sourceTowards(remote);
                source.ifPresent(address -> sources.put(space, IpAddress.of(address)));
            }
        });
        return new OwnAddresses(spaces, sources);
    }

    /** The source address towards each class of destinations that has a route. */
    public Map<AddressSpace, IpAddress> sources() {
        return sources;
    }

    /**
     * What to advertise: the distinct addresses whose own class is enabled, without zone, sorted; at most 8.
     *
     * @param port the listener's, 0 to 65535
     */
    public List<AddressPort> candidates(int port) {
        return AddressPort.canonical(sources.values().stream()
                .map(IpAddress::withoutZone)
                .filter(spaces::includes)
                .map(address -> new AddressPort(address, port))
                .toList());
    }
}
