package dev.posthouse.net.proxy;

import dev.posthouse.net.ProtocolViolation;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Version 2, in binary and network order (proxy-protocol.txt section 2.2):
 *
 * <pre>
 *  0  12  signature
 * 12   1  version (2) in the upper half, command in the lower
 * 13   1  address family in the upper half, transport in the lower
 * 14   2  length of what follows
 * 16      source address, destination address, source port (2), destination port (2); then the TLVs
 * </pre>
 */
final class V2 {

    /**
     * The longest block behind the first 16 bytes, ours: the largest addresses take 216 bytes, and what is sent as TLVs (a
     * host name of 255 bytes, an identifier of 128, names out of a certificate, a few bytes of each cloud) well under 1
     * KiB. The protocol would let a stranger make us hold 64 KiB.
     */
    static final int MAX_LENGTH = 2048;

    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int FIXED_LENGTH = 16;

    private static final int VERSION = 2;
    private static final int COMMAND_LOCAL = 0;
    private static final int COMMAND_PROXY = 1;

    private static final int UNSPECIFIED = 0x00;
    private static final int INET_STREAM = 0x11;
    private static final int INET_DATAGRAM = 0x12;
    private static final int INET6_STREAM = 0x21;
    private static final int INET6_DATAGRAM = 0x22;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_DATAGRAM = 0x32;

    private static final int INET_BYTES = 4;
    private static final int INET6_BYTES = 16;
    private static final int UNIX_BYTES = 108;
    private static final int PORTS = 4;

    private V2() {}

    /** As {@link ProxyHeader#decode}, this version only; {@code bytes} begins at 0. */
    static Decoded decode(ByteBuffer bytes) throws ProtocolViolation {
        int there = bytes.limit();
        for (int i = 0; i < SIGNATURE.length; i++) {
            if (i == there) {
                return new Decoded.NeedMore(there + 1);
            }
            if (bytes.get(i) != SIGNATURE[i]) {
                return new Decoded.NotProxy();
            }
        }
        if (there < FIXED_LENGTH) {
            return new Decoded.NeedMore(FIXED_LENGTH);
        }
        int version = bytes.get(12) >> 4 & 0xf;
        int command = bytes.get(12) & 0xf;
        if (version != VERSION) {
            throw new ProtocolViolation("PROXY header of version " + version + ": this signature means version 2");
        }
        if (command != COMMAND_LOCAL && command != COMMAND_PROXY) {
            throw new ProtocolViolation("PROXY header with command " + command + ": it is 0 (local) or 1 (proxy)");
        }
        int length = Short.toUnsignedInt(bytes.getShort(14));
        if (length > MAX_LENGTH) {
            throw new ProtocolViolation(
                    "PROXY header with " + length + " bytes behind the first 16: " + MAX_LENGTH + " are allowed");
        }
        int end = FIXED_LENGTH + length;
        // judged before the rest is there: what is wrong already needs no waiting
        int addressLength = command == COMMAND_LOCAL ? 0 : addressLength(bytes.get(13), length);
        if (there < end) {
            return new Decoded.NeedMore(end);
        }
        if (command == COMMAND_LOCAL) {
            return new Decoded.Header(ProxyHeader.LOCAL, end); // family and block mean nothing then
        }
        return new Decoded.Header(read(bytes.slice(FIXED_LENGTH, length), addressLength), end);
    }

    /** How many bytes of the block are addresses and ports, for the combinations that the protocol lists. */
    private static int addressLength(byte familyAndTransport, int length) throws ProtocolViolation {
        int needed =
                switch (familyAndTransport) {
                    case UNSPECIFIED -> 0;
                    case INET_STREAM, INET_DATAGRAM -> 2 * INET_BYTES + PORTS;
                    case INET6_STREAM, INET6_DATAGRAM -> 2 * INET6_BYTES + PORTS;
                    case UNIX_STREAM, UNIX_DATAGRAM -> 2 * UNIX_BYTES;
                    default ->
                        throw new ProtocolViolation(
                                "PROXY header for family and transport 0x%02x: it is 00, 11, 12, 21, 22,"
                                                .formatted(familyAndTransport)
                                        + " 31 or 32");
                };
        if (length < needed) {
            throw new ProtocolViolation(
                    "PROXY header with " + length + " bytes behind the first 16: its addresses take " + needed);
        }
        return needed;
    }

    private static ProxyHeader read(ByteBuffer block, int addressLength) {
        ByteBuffer tlvs = block.slice(addressLength, block.limit() - addressLength);
        if (addressLength == 0 || addressLength == 2 * UNIX_BYTES) {
            return new ProxyHeader(false, Optional.empty(), Optional.empty(), tlvs);
        }
        byte[] source = new byte[(addressLength - PORTS) / 2];
        byte[] destination = new byte[source.length];
        block.get(source).get(destination);
        return new ProxyHeader(
                false,
                Optional.of(new InetSocketAddress(address(source), Short.toUnsignedInt(block.getShort()))),
                Optional.of(new InetSocketAddress(address(destination), Short.toUnsignedInt(block.getShort()))),
                tlvs);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes", e);
        }
    }

    static byte[] encode(ProxyHeader header) {
        ByteBuffer tlvs = header.tlvs();
        ByteBuffer out = ByteBuffer.allocate(
                FIXED_LENGTH + addressLength(header.source(), header.destination()) + tlvs.remaining());
        out.put(SIGNATURE).put((byte) (VERSION << 4 | (header.local() ? COMMAND_LOCAL : COMMAND_PROXY)));
        int fixed = out.position();
        out.position(FIXED_LENGTH);
        int family = UNSPECIFIED;
        if (header.source().isPresent()) {
            InetSocketAddress source = header.source().orElseThrow();
            InetSocketAddress destination = header.destination().orElseThrow();
            boolean four = bothFour(source, destination);
            family = four ? INET_STREAM : INET6_STREAM;
            put(out, source.getAddress(), four);
            put(out, destination.getAddress(), four);
            out.putShort((short) source.getPort()).putShort((short) destination.getPort());
        }
        out.put(tlvs);
        out.put(fixed, (byte) family).putShort(fixed + 1, (short) (out.position() - FIXED_LENGTH));
        return out.array();
    }

    /** How many bytes {@link #encode} takes for these addresses and their ports. */
    static int addressLength(Optional<InetSocketAddress> source, Optional<InetSocketAddress> destination) {
        if (source.isEmpty() || destination.isEmpty()) {
            return 0;
        }
        return 2 * (bothFour(source.get(), destination.get()) ? INET_BYTES : INET6_BYTES) + PORTS;
    }

    /** Whether both are IPv4; if only one is, both are written as IPv6. */
    static boolean bothFour(InetSocketAddress source, InetSocketAddress destination) {
        return source.getAddress() instanceof Inet4Address && destination.getAddress() instanceof Inet4Address;
    }

    private static void put(ByteBuffer out, InetAddress address, boolean four) {
        if (!four && address instanceof Inet4Address) {
            out.put(new byte[10]).put((byte) -1).put((byte) -1); // ::ffff:0:0/96
        }
        out.put(address.getAddress());
    }
}
