package dev.posthouse.net.address;

import java.util.OptionalInt;

/**
 * A host and perhaps a port as a user writes them: {@code relay.example}, {@code relay.example:8080}, {@code
 * [2001:db8::1]:8080}.
 *
 * @param host as {@link HostName#parse} gives it
 * @param port 0 to 65535, if there is one
 */
public record HostPort(String host, OptionalInt port) {

    private static final int MAX_PORT = 65_535;

    /**
     * Reads one.
     *
     * @param text an IPv6 address must stand in brackets
     * @throws IllegalArgumentException if it is anything else, with what is wrong; never repeats the text
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (text.endsWith("]") || colon < 0) {
            return new HostPort(HostName.parse(text), OptionalInt.empty());
        }
        String host = text.substring(0, colon);
        if (host.contains(":") && !(host.startsWith("[") && host.endsWith("]"))) {
            throw new IllegalArgumentException("an IPv6 address is without brackets: write it like [2001:db8::1]:8080");
        }
        return new HostPort(HostName.parse(host), OptionalInt.of(port(text.substring(colon + 1))));
    }

    private static int port(String digits) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            throw new IllegalArgumentException(
                    "behind the host's colon there is no port: a port is a number, 1 to 65535");
        }
        int port = Integer.parseInt(digits);
        if (port > MAX_PORT) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
        return port;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String shown = HostName.inUrl(host);
        return port.isPresent() ? shown + ":" + port.getAsInt() : shown;
    }
}
