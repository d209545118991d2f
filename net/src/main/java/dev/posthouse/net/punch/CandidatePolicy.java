package dev.posthouse.net.punch;

import dev.posthouse.net.address.AddressSpace;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.address.OwnNetworks;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of a peer's candidates are dialled, and from where connections are taken. A peer may send any address, so without
 * this it could have us scan a network's ports or talk to a stranger's service.
 *
 * <p>Public addresses are dialled, of the enabled kinds. Private and link-local ones only in a network that this host is in
 * itself, or that is {@code allowed}: a peer in the same network is reached, what lies behind its routers is not for a peer to
 * name. This host itself is dialled only where loopback is enabled. Addresses that look public and lead into a translation, a
 * tunnel or nowhere are never dialled ({@link #SPECIAL}).
 *
 * <p>Ports below 1024 are refused, except {@code lowPorts} on public addresses: a peer listens on an ephemeral port unless
 * it was told otherwise, which is done for peers whose network lets out nothing but the web (80 and 443). On private
 * addresses these ports belong to routers and printers, so there they are refused too.
 *
 * @param spaces the kinds of addresses that are dialled and accepted from
 * @param allowed if not empty, only addresses in these networks, and private ones in them count as this host's own
 * @param denied no address in these networks; wins over {@code allowed}
 * @param lowPorts the ports below 1024 that may be dialled on public addresses
 */
public record CandidatePolicy(
        AddressSpaces spaces, NetworkBlocks allowed, NetworkBlocks denied, Set<Integer> lowPorts) {

    /** How many are dialled at most: what an rdv peer may send (nine of its own and the observed one). */
    public static final int MAX_CANDIDATES = 10;

    /** The first port that needs no privilege. */
    private static final int FIRST_FREE_PORT = 1024;

    /**
     * What {@link AddressSpace} counts as public and no peer has as its own: "this network" (RFC 791), reserved (RFC 1112), IETF
     * assignments and the 6to4 relay (RFC 6890, RFC 7526); IPv4 inside IPv6, by which an address could be written that is
     * refused as IPv4: IPv4-compatible (RFC 4291), NAT64 (RFC 6052, RFC 8215), Teredo (RFC 4380), 6to4 (RFC 3056); discard
     * (RFC 6666), and site-local (RFC 3879).
     */
    static final NetworkBlocks SPECIAL = NetworkBlocks.parse(List.of(
            "0.0.0.0/8",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "240.0.0.0/4",
            "::/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/32",
            "2002::/16",
            "fec0::/10"));

    private static final Set<Integer> WEB_PORTS = Set.of(80, 443);

    public CandidatePolicy {
        lowPorts = Set.copyOf(lowPorts);
    }

    /** The policy with everything else at its default. */
    public static CandidatePolicy of(AddressSpaces spaces) {
        return new CandidatePolicy(spaces, NetworkBlocks.NONE, NetworkBlocks.NONE, WEB_PORTS);
    }

    /** The same, limited to these networks; {@link NetworkBlocks#NONE} for no limit. */
    public CandidatePolicy allowing(NetworkBlocks networks) {
        return new CandidatePolicy(spaces, networks, denied, lowPorts);
    }

    /** The same without these networks. */
    public CandidatePolicy denying(NetworkBlocks networks) {
        return new CandidatePolicy(spaces, allowed, networks, lowPorts);
    }

    /** The same with other privileged ports; empty for none. */
    public CandidatePolicy lowPorts(Set<Integer> ports) {
        return new CandidatePolicy(spaces, allowed, denied, ports);
    }

    /**
     * What is done about one candidate.
     *
     * @param remote the candidate
     * @param refusal why it is not dialled, in a few words for a report: "own relay"; empty if it is
     */
    public record Verdict(InetSocketAddress remote, Optional<String> refusal) {}

    /**
     * Judges what a peer sent.
     *
     * @param candidates in the peer's order
     * @param relays the relay's own addresses, which it is no use to dial
     * @param own tells an address of this very socket, which would connect to itself
     * @param networks this host's
     * @return one verdict for each candidate, in their order; at most {@link #MAX_CANDIDATES} without a refusal
     */
    public List<Verdict> judge(
            List<InetSocketAddress> candidates,
            Set<InetSocketAddress> relays,
            Predicate<InetSocketAddress> own,
            OwnNetworks networks) {
        List<Verdict> verdicts = new ArrayList<>();
        Set<InetSocketAddress> dialled = new HashSet<>();
        for (InetSocketAddress candidate : candidates) {
            Optional<String> refusal = refusal(candidate, relays, own, networks);
            if (refusal.isEmpty()) {
                if (dialled.contains(candidate)) {
                    refusal = Optional.of("named twice");
                } else if (dialled.size() == MAX_CANDIDATES) {
                    refusal = Optional.of("more than " + MAX_CANDIDATES + " candidates");
                } else {
                    dialled.add(candidate);
                }
            }
            verdicts.add(new Verdict(candidate, refusal));
        }
        return List.copyOf(verdicts);
    }

    private Optional<String> refusal(
            InetSocketAddress candidate,
            Set<InetSocketAddress> relays,
            Predicate<InetSocketAddress> own,
            OwnNetworks networks) {
        if (candidate.isUnresolved()) {
            return Optional.of("a name without an address");
        }
        Optional<String> byAddress = refusal(candidate.getAddress());
        if (byAddress.isPresent()) {
            return byAddress;
        }
        int port = candidate.getPort();
        if (port == 0) {
            return Optional.of("port 0");
        }
        if (port < FIRST_FREE_PORT && !(lowPorts.contains(port) && isPublic(candidate.getAddress()))) {
            return Optional.of("privileged port");
        }
        if (relays.contains(candidate)) {
            return Optional.of("own relay");
        }
        if (own.test(candidate)) {
            return Optional.of("own address");
        }
        return notForAPeerToName(candidate.getAddress(), networks);
    }

    private Optional<String> notForAPeerToName(InetAddress address, OwnNetworks networks) {
        boolean listed = allowed.contains(address);
        return switch (AddressSpace.of(address)) {
            case LOOPBACK4, LOOPBACK6, INVALID -> Optional.empty();
            case PRIVATE4, PRIVATE6, LINK4, LINK6 ->
                listed || networks.contains(address)
                        ? thisHost(address, networks)
                        : Optional.of("private network of others");
            case PUBLIC4, PUBLIC6, CGNAT4 ->
                !listed && SPECIAL.contains(address)
                        ? Optional.of("no public address of a host")
                        : thisHost(address, networks);
        };
    }

    /** What listens here is not for a peer to name, unless it may name loopback as well. */
    private Optional<String> thisHost(InetAddress address, OwnNetworks networks) {
        boolean loopback =
                spaces.includes(address instanceof Inet4Address ? AddressSpace.LOOPBACK4 : AddressSpace.LOOPBACK6);
        return !loopback && networks.isThisHost(address) ? Optional.of("this host") : Optional.empty();
    }

    /**
     * Why nothing is dialled at, or accepted from, this address; whatever the port.
     *
     * @return a few words for a report, or empty if it is welcome
     */
    public Optional<String> refusal(InetAddress address) {
        AddressSpace space = AddressSpace.of(address);
        if (!spaces.includes(space)) {
            return Optional.of(
                    space == AddressSpace.INVALID ? "no address of a host" : space.label() + " addresses not enabled");
        }
        if (denied.contains(address)) {
            return Optional.of("network denied");
        }
        return allowed.isEmpty() || allowed.contains(address) ? Optional.empty() : Optional.of("network not allowed");
    }

    private static boolean isPublic(InetAddress address) {
        return AddressSpaces.PUBLIC.includes(address);
    }
}
