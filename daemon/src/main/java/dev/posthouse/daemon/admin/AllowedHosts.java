package dev.posthouse.daemon.admin;

import dev.posthouse.net.address.HostPort;
import dev.posthouse.net.address.IpAddress;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * As what the admin pages may be asked for. A browser on the operator's machine reaches what listens on loopback, and lets a page
 * read only what comes from the page's own host; so a hostile page has its own name resolve to 127.0.0.1 and asks itself (DNS
 * rebinding). The {@code Host} then still has that name, which is none of these.
 *
 * @param names in lower case, without a dot at the end; addresses as {@link IpAddress} writes them
 */
record AllowedHosts(Set<String> names) {

    private static final String LOCALHOST = "localhost";

    AllowedHosts {
        names = names.stream().map(AllowedHosts::canonical).collect(Collectors.toUnmodifiableSet());
    }

    static AllowedHosts of(Collection<String> names) {
        return new AllowedHosts(Set.copyOf(names));
    }

    /**
     * Whether a request may ask for this host: loopback in any form, the address at which the request arrived, or one of the
     * names. The port is of no consequence, since it may be another one in front of a container.
     *
     * @param host as it stands in the request
     * @param arrivedAt our end of the connection
     */
    boolean allow(String host, InetAddress arrivedAt) {
        String asked;
        try {
            asked = canonical(HostPort.parse(host).host());
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (asked.equals(LOCALHOST) || names.contains(asked)) {
            return true;
        }
        try {
            IpAddress address = IpAddress.parse(asked);
            return address.toInetAddress().isLoopbackAddress() || address.equals(plain(IpAddress.of(arrivedAt)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String canonical(String host) {
        try {
            return plain(IpAddress.parse(host)).toString();
        } catch (IllegalArgumentException e) {
            String lower = host.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }
    }

    private static IpAddress plain(IpAddress address) {
        return address.unmapped().withoutZone();
    }

    /** For people: what may be asked for. */
    String description() {
        List<String> others =
                names.stream().filter(name -> !name.equals(LOCALHOST)).sorted().toList();
        return "localhost, loopback addresses, the address that it is reached at"
                + (others.isEmpty() ? "" : ", " + String.join(", ", others));
    }
}
