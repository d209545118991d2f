package dev.posthouse.net.dial;

import dev.posthouse.net.address.HostName;

/**
 * A host that is not resolved yet, and a port there.
 *
 * @param host a name, or an address literal, IPv6 without brackets
 * @param port 1 to 65535
 */
public record Target(String host, int port) {

    /** @throws IllegalArgumentException if the port is none, or there is no host */
    public Target {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a host is a name or an address, not nothing");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
    }

    /** As it stands in a URL: {@code relay.example:80}, {@code [2001:db8::1]:80}. */
    @Override
    public String toString() {
        return HostName.inUrl(host) + ":" + port;
    }
}
