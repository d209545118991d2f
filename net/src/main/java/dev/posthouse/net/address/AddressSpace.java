package dev.posthouse.net.address;

import java.net.InetAddress;

/**
 * What kind of address it is. The classes are those of rdv v0.0.6 ({@code AddrSpace}), with one more: the addresses that
 * a carrier's NAT gives out are {@link #CGNAT4} here, and public ones to a peer that does not know that class ({@link
 * #onWire()}).
 */
public enum AddressSpace {
    /** Nothing can be there: unspecified, multicast, broadcast. Never dialled and never advertised. */
    INVALID("none"),
    /** Any other IPv4 address. */
    PUBLIC4("public4"),
    /** Any other IPv6 address. */
    PUBLIC6("public6"),
    /** 10/8, 172.16/12, 192.168/16 (RFC 1918). */
    PRIVATE4("private4"),
    /** fc00::/7 (RFC 4193). */
    PRIVATE6("private6"),
    /** 169.254/16 (RFC 3927). */
    LINK4("link4"),
    /** fe80::/10 (RFC 4291). */
    LINK6("link6"),
    /** 127/8. */
    LOOPBACK4("loopback4"),
    /** ::1. */
    LOOPBACK6("loopback6"),
    /** 100.64/10, between a carrier's NAT and its customers (RFC 6598). */
    CGNAT4("cgnat4");

    private final String label;

    AddressSpace(String label) {
        this.label = label;
    }

    /** The class of {@code address}; an IPv4-mapped one counts as the IPv4 address that it stands for. */
    public static AddressSpace of(IpAddress address) {
        IpAddress plain = address.unmapped();
        return plain.isIpv4() ? of4(plain.at(0), plain.at(1), plain) : of6(plain.at(0), plain.at(1), plain);
    }

    /** The class of {@code address}. */
    public static AddressSpace of(InetAddress address) {
        return of(IpAddress.of(address));
    }

    private static AddressSpace of4(int first, int second, IpAddress address) {
        if (first >= 224 && first <= 239) {
            return INVALID;
        }
        return switch (first) {
            case 0 -> allFrom(address, 0, 0) ? INVALID : PUBLIC4;
            case 10 -> PRIVATE4;
            case 100 -> second >= 64 && second <= 127 ? CGNAT4 : PUBLIC4;
            case 127 -> LOOPBACK4;
            case 169 -> second == 254 ? LINK4 : PUBLIC4;
            case 172 -> second >= 16 && second <= 31 ? PRIVATE4 : PUBLIC4;
            case 192 -> second == 168 ? PRIVATE4 : PUBLIC4;
            case 255 -> allFrom(address, 0, 255) ? INVALID : PUBLIC4;
            default -> PUBLIC4;
        };
    }

    private static AddressSpace of6(int first, int second, IpAddress address) {
        if (first == 0xff) {
            return INVALID;
        }
        if ((first & 0xfe) == 0xfc) {
            return PRIVATE6;
        }
        if (first == 0xfe && (second & 0xc0) == 0x80) {
            return LINK6;
        }
        if (first == 0) {
            byte[] bytes = address.bytes();
            int last = bytes[15];
            bytes[15] = 0;
            boolean zeroBefore = allFrom(IpAddress.ofBytes(bytes, ""), 0, 0);
            if (zeroBefore && last == 0) {
                return INVALID;
            }
            if (zeroBefore && last == 1) {
                return LOOPBACK6;
            }
        }
        return PUBLIC6;
    }

    private static boolean allFrom(IpAddress address, int from, int value) {
        for (int i = from; i < (address.isIpv4() ? 4 : 16); i++) {
            if (address.at(i) != value) {
                return false;
            }
        }
        return true;
    }

    /** What a peer of rdv v0.0.6 takes it for: {@link #PUBLIC4} for {@link #CGNAT4}, else itself. */
    public AddressSpace onWire() {
        return this == CGNAT4 ? PUBLIC4 : this;
    }

    /** The word for it in logs and reports: "private4". */
    public String label() {
        return label;
    }
}
