package dev.posthouse.net.punch;

import dev.posthouse.net.address.AddressSpace;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.NetworkBlocks;
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
 * <p>Ports below 1024 are refused, except {@code lowPorts} on public addresses: a peer listens on an ephemeral port unless
 * it was told otherwise, which is done for peers whose network lets out nothing but the web (80 and 443). On private
 * addresses these ports belong to routers and printers, so there they are refused too.
 *
 * @param spaces the kinds of addresses that are dialled and accepted from
 * @param allowed if not empty, only addresses in these networks
 * @param denied no address in these networks; wins over {@code allowed}
 * @param lowPorts the ports below 1024 that may be dialled on public addresses
 */
public record CandidatePolicy(
        AddressSpaces spaces, NetworkBlocks allowed, NetworkBlocks denied, Set<Integer> lowPorts) {

    /** How many are dialled at most: what an rdv peer may send (nine of its own and the observed one). */
    public static final int MAX_CANDIDATES = 10;

    /** The first port that needs no privilege. */
    private static final int FIRST_FREE_PORT = 1024;

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
     * @return one verdict for each candidate, in their order; at most {@link #MAX_CANDIDATES} without a refusal
     */
    public List<Verdict> judge(
            List<InetSocketAddress> candidates, Set<InetSocketAddress> relays, Predicate<InetSocketAddress> own) {
        List<Verdict> verdicts = new ArrayList<>();
        Set<InetSocketAddress> dialled = new HashSet<>();
        for (InetSocketAddress candidate : candidates) {
            Optional<String> refusal = refusal(candidate, relays, own);
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
            InetSocketAddress candidate, Set<InetSocketAddress> relays, Predicate<InetSocketAddress> own) {
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
        return own.test(candidate) ? Optional.of("own address") : Optional.empty();
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
