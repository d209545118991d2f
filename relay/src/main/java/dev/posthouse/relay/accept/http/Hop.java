package dev.posthouse.relay.accept.http;

import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.http.QuotedText;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whom one proxy saw, as it says so in a list of such.
 *
 * @param address empty if it is not said, hidden ({@code unknown}, {@code _name}) or cannot be read
 * @param port if it stands beside the address
 */
record Hop(Optional<IpAddress> address, OptionalInt port) {

    private static final Hop NOBODY = new Hop(Optional.empty(), OptionalInt.empty());

    private static final int LARGEST_PORT = 65_535;

    /** An element of {@code X-Forwarded-For}: an address in any of the forms that proxies write, perhaps in quotation marks. */
    static Hop of(String element) {
        String node = QuotedText.unquote(element).strip();
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            return end < 0 ? NOBODY : of(node.substring(1, end), node.substring(end + 1), false);
        }
        int colon = node.indexOf(':');
        // One colon is between an IPv4 address and its port; more are an IPv6 address without its brackets.
        return colon >= 0 && colon == node.lastIndexOf(':')
                ? of(node.substring(0, colon), node.substring(colon), true)
                : of(node, "", colon < 0);
    }

    /** An element of {@code Forwarded} (RFC 7239): parameters of which {@code for} is the one in question, in any case. */
    static Hop ofForwarded(String element) {
        Hop found = NOBODY;
        boolean seen = false;
        for (String parameter : QuotedText.split(element, ';')) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("for")) {
                if (seen) {
                    // Section 4: a parameter does not occur twice.
                    return NOBODY;
                }
                seen = true;
                found = of(parameter.substring(equals + 1).strip());
            }
        }
        return found;
    }

    /** @param rest what follows the address: nothing, or a colon and a port, which may be hidden, too ({@code _name}) */
    private static Hop of(String host, String rest, boolean four) {
        boolean portOrNothing = rest.isEmpty()
                || rest.startsWith(":_")
                || portOf(rest.substring(1)).isPresent();
        if (!portOrNothing || (!rest.isEmpty() && rest.charAt(0) != ':')) {
            return NOBODY;
        }
        try {
            IpAddress address = IpAddress.parse(host).withoutZone();
            if (address.isIpv4() != four) {
                return NOBODY;
            }
            return new Hop(Optional.of(address), rest.isEmpty() ? OptionalInt.empty() : portOf(rest.substring(1)));
        } catch (IllegalArgumentException e) {
            return NOBODY;
        }
    }

    /** A port, 1 to 65535 in at most five digits; empty if it is none. */
    static OptionalInt portOf(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.empty();
        }
        int port = Integer.parseInt(text);
        return port > 0 && port <= LARGEST_PORT ? OptionalInt.of(port) : OptionalInt.empty();
    }
}
