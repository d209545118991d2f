package dev.posthouse.relay.limit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What counts as one address where limits are counted: an IPv4 address, or an IPv6 /64, since a host commands a whole
 * one.
 *
 * @param bits the IPv4 address, or the upper half of the IPv6 one
 * @param v6 which of the two
 */
public record AddressKey(long bits, boolean v6) {

    /** The key of an address; an IPv4-mapped one counts as IPv4. */
    public static AddressKey of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? new AddressKey(Integer.toUnsignedLong(bytes.getInt()), false)
                : new AddressKey(bytes.getLong(), true);
    }
}
