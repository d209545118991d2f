package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.address.HostName;
import dev.posthouse.net.address.HostPort;

/**
 * Where a relay is, and who it must prove to be (spec 6.4, 10).
 *
 * @param relay its identity
 * @param host a name, or an address, IPv6 without brackets, as {@link HostName#parse} gives it
 * @param port 1 to 65535
 */
public record RelayAddress(Ed25519PublicKey relay, String host, int port) {

    /** Offset's {@code MAX_NET_ADDRESS_LENGTH}, of the text "host:port". */
    private static final int MAX_LENGTH = 256;

    private static final int MAX_PORT = 65_535;
    private static final String FORM = "write HOST:PORT with a name or an address, IPv6 in brackets";

    /** @throws IllegalArgumentException if the host is neither a name nor an address, or the port is none, or all of it too long */
    public RelayAddress {
        host = hostName(host);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("a relay's port is 1 to " + MAX_PORT + ", not " + port);
        }
        int length = hostAndPort(host, port).length();
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a relay's address has " + MAX_LENGTH + " bytes at most, not " + length + ": use a shorter name");
        }
    }

    /**
     * Reads Offset's text.
     *
     * @param text {@code host:port}, IPv6 in brackets; 256 bytes at most
     * @throws IllegalArgumentException if it is not that, with what is wrong and right
     */
    public static RelayAddress parse(Ed25519PublicKey relay, String text) {
        HostPort hostPort;
        try {
            hostPort = HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a relay's address: " + e.getMessage() + "; " + FORM);
        }
        int port = hostPort.port()
                .orElseThrow(() -> new IllegalArgumentException("a relay's address names no port; " + FORM));
        return new RelayAddress(relay, hostPort.host(), port);
    }

    private static String hostName(String host) {
        try {
            return HostName.parse(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a relay's host: " + e.getMessage() + "; " + FORM);
        }
    }

    /** Offset's text: {@code host:port}, IPv6 in brackets. */
    public String hostAndPort() {
        return hostAndPort(host, port);
    }

    private static String hostAndPort(String host, int port) {
        return HostName.inUrl(host) + ":" + port;
    }

    /** {@code offset://HOST:PORT/RELAYKEY}. */
    @Override
    public String toString() {
        return OffsetAddress.PREFIX + hostAndPort() + "/" + relay;
    }
}
