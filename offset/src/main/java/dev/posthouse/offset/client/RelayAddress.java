package dev.posthouse.offset.client;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.address.IpAddress;
import java.util.regex.Pattern;

/**
 * Where a relay is, and who it must prove to be (spec 6.4, 10).
 *
 * @param relay its identity
 * @param host a DNS name, or an address, IPv6 without brackets
 * @param port 1 to 65535
 */
public record RelayAddress(PublicKey relay, String host, int port) {

    /** Offset's {@code MAX_NET_ADDRESS_LENGTH}, of the text "host:port". */
    private static final int MAX_LENGTH = 256;

    private static final int MAX_PORT = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    private static final String FORM = "write HOST:PORT with a name or an address, IPv6 in brackets";

    /** @throws IllegalArgumentException if the host is neither a name nor an address, or the port is none, or all of it too long */
    public RelayAddress {
        requireHost(host);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("a relay's port is 1 to " + MAX_PORT + ", not " + port);
        }
        int length = hostAndPort(host, port).length();
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a relay's address has " + MAX_LENGTH + " bytes at most, not " + length + ": use a shorter name");
        }
    }

    private static void requireHost(String host) {
        if (host.contains(":")) {
            try {
                IpAddress.parse(host);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "a relay's host is a name or an address, not \"" + host + "\": " + e.getMessage(), e);
            }
        } else if (!NAME.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "a relay's host is a name (letters, digits, '-', '.', '_') or an address," + " not \"" + host
                            + "\"; " + FORM);
        }
    }

    /**
     * Reads Offset's text.
     *
     * @param text {@code host:port}, IPv6 in brackets; 256 bytes at most
     * @throws IllegalArgumentException if it is not that, with what is wrong and right
     */
    public static RelayAddress parse(PublicKey relay, String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 0 || !NUMBER.matcher(port).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" names no port; " + FORM);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]") && host.contains(":")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException("\"" + text + "\" has an IPv6 address without brackets; " + FORM);
        }
        return new RelayAddress(relay, host, Integer.parseInt(port));
    }

    /** Offset's text: {@code host:port}, IPv6 in brackets. */
    public String hostAndPort() {
        return hostAndPort(host, port);
    }

    private static String hostAndPort(String host, int port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** {@code offset://HOST:PORT/RELAYKEY}. */
    @Override
    public String toString() {
        return OffsetAddress.PREFIX + hostAndPort() + "/" + relay;
    }
}
