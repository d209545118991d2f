package dev.posthouse.net.proxy;

import dev.posthouse.net.ProtocolViolation;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a PROXY protocol header says. Immutable.
 *
 * @param local whether the balancer itself opened the connection, to check on us: the connection's real addresses count,
 *     and the header has neither addresses nor TLVs
 * @param source who connected to the balancer; empty if {@code local} or if it is no internet address, and then the
 *     connection's real one counts
 * @param destination where to; empty exactly if {@code source} is
 * @param tlvs the extensions of version 2 as they came, not looked at; nothing remains in it if there are none. Copied when it is
 *     given, from position to limit, neither moved; each call gives a read-only view from the first byte on
 */
public record ProxyHeader(
        boolean local, Optional<InetSocketAddress> source, Optional<InetSocketAddress> destination, ByteBuffer tlvs) {

    /** A header that says nothing but that the balancer speaks for itself. */
    public static final ProxyHeader LOCAL =
            new ProxyHeader(true, Optional.empty(), Optional.empty(), ByteBuffer.allocate(0));

    /** A header that speaks for a connection without saying between which addresses it runs. */
    public static final ProxyHeader UNKNOWN =
            new ProxyHeader(false, Optional.empty(), Optional.empty(), ByteBuffer.allocate(0));

    /**
     * @throws IllegalArgumentException if only one address is given, one is unresolved, a local header has addresses or
     *     TLVs, or addresses and TLVs take more than 2048 bytes in version 2
     */
    public ProxyHeader {
        if (source.isPresent() != destination.isPresent()) {
            throw new IllegalArgumentException("a header has a source and a destination, or neither");
        }
        if (source.filter(InetSocketAddress::isUnresolved).isPresent()
                || destination.filter(InetSocketAddress::isUnresolved).isPresent()) {
            throw new IllegalArgumentException("the addresses of a header are resolved");
        }
        if (local && (source.isPresent() || tlvs.hasRemaining())) {
            throw new IllegalArgumentException("a local header has neither addresses nor TLVs");
        }
        int most = V2.MAX_LENGTH - V2.addressLength(source, destination);
        if (tlvs.remaining() > most) {
            throw new IllegalArgumentException("TLVs of " + tlvs.remaining() + " bytes: there is room for " + most);
        }
        tlvs = ByteBuffer.allocate(tlvs.remaining())
                .put(tlvs.duplicate())
                .flip()
                .asReadOnlyBuffer();
    }

    /** The header of a connection from {@code source} to {@code destination}, without TLVs. */
    public static ProxyHeader of(InetSocketAddress source, InetSocketAddress destination) {
        return new ProxyHeader(false, Optional.of(source), Optional.of(destination), ByteBuffer.allocate(0));
    }

    /**
     * Looks for a header of either version in the first bytes of a connection.
     *
     * @param bytes what came so far, from position to limit; neither is moved and nothing is kept
     * @throws ProtocolViolation if a header begins and is malformed, or longer than 107 bytes (version 1) or 16 and 2048
     *     bytes (version 2)
     */
    public static Decoded decode(ByteBuffer bytes) throws ProtocolViolation {
        ByteBuffer view = bytes.slice(); // from 0 on, in network order, with a position of its own
        Decoded decoded = V2.decode(view);
        return decoded instanceof Decoded.NotProxy ? V1.decode(view) : decoded;
    }

    /**
     * This header in version 1, which knows neither local connections nor TLVs: without addresses it says {@code
     * UNKNOWN}. If only one address is IPv6, the other is written as an IPv4-mapped one.
     */
    public byte[] toBytesV1() {
        return V1.encode(this);
    }

    /** This header in version 2, always for a stream. If only one address is IPv6, the other is IPv4-mapped. */
    public byte[] toBytesV2() {
        return V2.encode(this);
    }

    @Override
    public ByteBuffer tlvs() {
        return tlvs.duplicate();
    }

    /** The addresses, and how long the TLVs are: some carry names of certificates. */
    @Override
    public String toString() {
        String who = local ? "local" : source.isEmpty() ? "unknown" : source.get() + " to " + destination.orElseThrow();
        return tlvs.hasRemaining() ? who + " with " + tlvs.remaining() + " bytes of TLVs" : who;
    }
}
