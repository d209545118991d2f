package dev.posthouse.net.address;

import java.net.InetAddress;
import java.util.List;

/**
 * A network: all addresses that begin with the same bits (RFC 4632, RFC 4291 section 2.3).
 *
 * @param first its first address; no zone, not IPv4-mapped, no bit set behind the prefix
 * @param prefix how many leading bits are fixed, 0 to 32 or to 128
 */
public record NetworkBlock(IpAddress first, int prefix) {

    /** @throws IllegalArgumentException if one of the conditions above does not hold */
    public NetworkBlock {
        int bits = bits(first);
        if (first.isIpv4Mapped()) {
            throw new IllegalArgumentException("write the network of " + first + " as IPv4: " + first.unmapped());
        }
        if (!first.zone().isEmpty()) {
            throw new IllegalArgumentException("a network has no zone: " + first);
        }
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(
                    "the prefix of the network of " + first + " is 0 to " + bits + ", not " + prefix);
        }
        IpAddress masked = mask(first, prefix);
        if (!masked.equals(first)) {
            throw new IllegalArgumentException(first + "/" + prefix + " has bits set behind its prefix: right is "
                    + masked + "/" + prefix + " for the network, or " + first + " for the one address");
        }
    }

    /**
     * The network in which an address lies.
     *
     * @param member unmapped first, its zone dropped
     * @param prefix 0 to 32 or to 128
     * @throws IllegalArgumentException if the prefix is another one
     */
    public static NetworkBlock around(IpAddress member, int prefix) {
        IpAddress plain = member.unmapped().withoutZone();
        if (prefix < 0 || prefix > bits(plain)) {
            throw new IllegalArgumentException("the prefix of the network of " + plain + " is 0 to " + bits(plain));
        }
        return new NetworkBlock(mask(plain, prefix), prefix);
    }

    /**
     * Reads one.
     *
     * @param text {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address alone for a network of one
     * @throws IllegalArgumentException if it is anything else
     */
    public static NetworkBlock parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            IpAddress single = IpAddress.parse(text);
            return new NetworkBlock(single, bits(single));
        }
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(
                    "not a network: \"" + text + "\" (right is 10.0.0.0/8, 2001:db8::/32 or an address alone)");
        }
        return new NetworkBlock(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(digits));
    }

    private static int bits(IpAddress address) {
        return address.isIpv4() ? 32 : 128;
    }

    private static IpAddress mask(IpAddress address, int prefix) {
        byte[] bytes = address.bytes();
        for (int i = 0; i < bytes.length; i++) {
            int keep = Math.clamp(prefix - 8L * i, 0, 8);
            bytes[i] &= (byte) (0xff00 >> keep);
        }
        return IpAddress.ofBytes(bytes, "");
    }

    /** Whether {@code address}, unmapped and whatever its zone, lies in it. */
    public boolean contains(IpAddress address) {
        IpAddress plain = address.unmapped();
        return plain.isIpv4() == first.isIpv4() && mask(plain, prefix).equals(first);
    }

    /** Whether {@code address} lies in it. */
    public boolean contains(InetAddress address) {
        return contains(IpAddress.of(address));
    }

    /** Whether all of {@code other} lies in it. */
    public boolean covers(NetworkBlock other) {
        return prefix <= other.prefix && contains(other.first);
    }

    /** Its two halves, the lower one first; there must be more than one address in it. */
    List<NetworkBlock> halves() {
        byte[] upper = first.bytes();
        upper[prefix / 8] |= (byte) (0x80 >> prefix % 8);
        return List.of(new NetworkBlock(first, prefix + 1), new NetworkBlock(IpAddress.ofBytes(upper, ""), prefix + 1));
    }

    /** As {@link #parse} reads it, always with the prefix. */
    @Override
    public String toString() {
        return first + "/" + prefix;
    }
}
