package dev.posthouse.net.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An IPv4 or IPv6 address as it was written: an IPv4-mapped IPv6 address stays one until {@link #unmapped()}, and a zone
 * is kept even if this host has no such interface. Order: IPv4 before IPv6, then by number, then by zone.
 */
public final class IpAddress implements Comparable<IpAddress> {

    private static final int BYTES4 = 4;
    private static final int BYTES6 = 16;

    private final byte[] bytes;
    private final String zone;

    private IpAddress(byte[] bytes, String zone) {
        this.bytes = bytes;
        this.zone = zone;
    }

    /**
     * Reads one address; never asks a name service.
     *
     * @param text IPv4 as four decimal numbers without leading zeros; IPv6 in any spelling of RFC 4291 section 2.2, a zone
     *     allowed; no brackets
     * @throws IllegalArgumentException if it is anything else
     */
    public static IpAddress parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            byte[] bytes = new byte[BYTES4];
            readDotted(text, text, bytes, 0);
            return new IpAddress(bytes, "");
        }
        return Ip6Text.parse(text);
    }

    /** The address of {@code address}; a zone that it has is kept. */
    public static IpAddress of(InetAddress address) {
        if (address instanceof Inet6Address six && six.getScopeId() != 0) {
            String zone = six.getScopedInterface() == null
                    ? Integer.toString(six.getScopeId())
                    : six.getScopedInterface().getName();
            return new IpAddress(six.getAddress(), zone);
        }
        return new IpAddress(address.getAddress(), "");
    }

    /**
     * The address that these bytes are.
     *
     * @param bytes 4 or 16, in network order; copied
     * @param zone empty for none; only for IPv6
     * @throws IllegalArgumentException if there is another number of bytes, or an IPv4 address with a zone
     */
    static IpAddress ofBytes(byte[] bytes, String zone) {
        if (bytes.length != BYTES6 && (bytes.length != BYTES4 || !zone.isEmpty())) {
            throw new IllegalArgumentException("an address has 4 bytes, or 16 and perhaps a zone, not " + bytes.length);
        }
        return new IpAddress(bytes.clone(), zone);
    }

    /** Reads four decimal numbers into {@code into}, from {@code at} on. */
    static void readDotted(String dotted, String whole, byte[] into, int at) {
        String[] parts = dotted.split("\\.", -1);
        if (parts.length != BYTES4) {
            throw malformed(whole, "an IPv4 address has four numbers");
        }
        for (int i = 0; i < BYTES4; i++) {
            String part = parts[i];
            boolean digits =
                    !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!digits || (part.length() > 1 && part.charAt(0) == '0') || Integer.parseInt(part) > 255) {
                throw malformed(whole, "each number is 0 to 255 in decimal, without leading zeros");
            }
            into[at + i] = (byte) Integer.parseInt(part);
        }
    }

    static IllegalArgumentException malformed(String text, String right) {
        return new IllegalArgumentException("not an IP address: \"" + text + "\" (" + right + ")");
    }

    /** Whether this is an IPv4 address; false for an IPv4-mapped one. */
    public boolean isIpv4() {
        return bytes.length == BYTES4;
    }

    /** Whether this is an IPv6 address in {@code ::ffff:0:0/96}, which stands for an IPv4 one. */
    public boolean isIpv4Mapped() {
        if (bytes.length != BYTES6 || bytes[10] != -1 || bytes[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The IPv4 address that an IPv4-mapped one stands for, its zone dropped; any other address itself. */
    public IpAddress unmapped() {
        return isIpv4Mapped() ? new IpAddress(Arrays.copyOfRange(bytes, 12, BYTES6), "") : this;
    }

    /** The zone behind the percent sign, or empty. */
    public String zone() {
        return zone;
    }

    /** This address without its zone. */
    public IpAddress withoutZone() {
        return zone.isEmpty() ? this : new IpAddress(bytes, "");
    }

    /** The address in network order, 4 or 16 bytes, a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** One byte of the address, 0 to 255. */
    int at(int index) {
        return bytes[index] & 0xff;
    }

    /**
     * The address for a socket: unmapped, and without its zone, which means something only on the host that named it.
     */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes", e);
        }
    }

    @Override
    public int compareTo(IpAddress other) {
        if (bytes.length != other.bytes.length) {
            return Integer.compare(bytes.length, other.bytes.length);
        }
        int byNumber = Arrays.compareUnsigned(bytes, other.bytes);
        return byNumber != 0 ? byNumber : zone.compareTo(other.zone);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes) && zone.equals(that.zone);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + zone.hashCode();
    }

    /** The canonical text: IPv6 as RFC 5952 says, an IPv4-mapped one with dots, a zone behind a percent sign. */
    @Override
    public String toString() {
        return isIpv4() ? dotted(0) : Ip6Text.format(this);
    }

    /** Four bytes from {@code from} on, with dots. */
    String dotted(int from) {
        return at(from) + "." + at(from + 1) + "." + at(from + 2) + "." + at(from + 3);
    }
}
