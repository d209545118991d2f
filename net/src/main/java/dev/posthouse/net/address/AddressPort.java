package dev.posthouse.net.address;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * An address and a port as text: {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}, and comma lists of them, as the rdv
 * headers have them (rdv v0.0.6, {@code parseAddrPorts}). Order: by address, then by port.
 *
 * @param address as it was written
 * @param port 0 to 65535
 */
public record AddressPort(IpAddress address, int port) implements Comparable<AddressPort> {

    private static final int MAX_PORT = 65_535;
    private static final Comparator<AddressPort> ORDER =
            Comparator.comparing(AddressPort::address).thenComparingInt(AddressPort::port);

    /** @throws IllegalArgumentException if the port is out of range */
    public AddressPort {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
        }
    }

    /**
     * The address and port of a socket.
     *
     * @throws IllegalArgumentException if it holds a name that has not been resolved
     */
    public static AddressPort of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("a name without an address: " + address.getHostString());
        }
        return new AddressPort(IpAddress.of(address.getAddress()), address.getPort());
    }

    /**
     * Reads one; never asks a name service.
     *
     * @param text IPv4 without, IPv6 in brackets; a colon; the port in decimal, leading zeros allowed; no blanks
     * @throws IllegalArgumentException if it is anything else
     */
    public static AddressPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw malformed(text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.length() >= 2 && host.startsWith("[") && host.endsWith("]");
        IpAddress address;
        try {
            address = IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(malformed(text).getMessage() + ": " + e.getMessage(), e);
        }
        if (bracketed == address.isIpv4()) {
            throw malformed(text);
        }
        return new AddressPort(address, port(text, colon + 1));
    }

    private static int port(String text, int from) {
        if (from == text.length()) {
            throw malformed(text);
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw malformed(text);
            }
            port = 10 * port + (c - '0');
            if (port > MAX_PORT) {
                throw malformed(text);
            }
        }
        return port;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("not an address with a port: \"" + text
                + "\" (right is 192.0.2.1:80 or [2001:db8::1]:80, a port being 0 to 65535)");
    }

    /**
     * Reads a comma list, in its order, repetitions included.
     *
     * @param text empty for an empty list; blanks around each part are dropped
     * @throws IllegalArgumentException if a part, also an empty one, is not an address with a port
     */
    public static List<AddressPort> parseList(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<AddressPort> list = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            list.add(parse(part.strip()));
        }
        return List.copyOf(list);
    }

    /** The list as {@link #parseList} reads it, joined by a comma and a blank. */
    public static String formatList(Collection<AddressPort> list) {
        return String.join(", ", list.stream().map(AddressPort::toString).toList());
    }

    /** Sorted and without repetitions: the order in which candidates are passed on. */
    public static List<AddressPort> canonical(Collection<AddressPort> list) {
        return list.stream().distinct().sorted().toList();
    }

    /** For a socket: unmapped and without zone ({@link IpAddress#toInetAddress}). */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    @Override
    public int compareTo(AddressPort other) {
        return ORDER.compare(this, other);
    }

    /** The canonical text. */
    @Override
    public String toString() {
        return address.isIpv4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
