package dev.posthouse.relay.accept;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.proxy.Decoded;
import dev.posthouse.net.proxy.ProxyHeader;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.limit.OverLimit;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the dialects on the one port: a PROXY header from a trusted network, then TLS if it is spoken, then
 * the dialects' own first bytes. Everything is bounded in size and by one deadline.
 */
final class FrontDoor {

    /** The content type of a TLS handshake record (RFC 8446 section 5.1). */
    private static final byte TLS_HANDSHAKE = 0x16;

    /** For a TLS handshake; the deadline of the whole still holds. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    /** What an engine holds in a handshake, and its buffers for records that are not whole. */
    private static final int TLS_BEGINNING = 64 * 1_024;

    /** What it holds once it is through and nothing moves. */
    private static final int TLS_WAITING = 8 * 1_024;

    private final Detection<Destination> destinations;
    private final NetworkBlocks proxies;
    private final @Nullable TlsServer tls;

    FrontDoor(Detection<Destination> destinations, NetworkBlocks proxies, @Nullable TlsServer tls) {
        this.destinations = destinations;
        this.proxies = proxies;
        this.tls = tls;
    }

    /**
     * Finds out where a connection goes.
     *
     * @param leg with its stream at the very first byte
     * @throws OverLimit if a proxy names a peer that has as much already as it may
     * @throws Unrecognised if no dialect wants it, or it ended first
     * @throws IOException if the connection broke, or the time was up
     */
    ProtocolSniffer.Recognised<Destination> receive(Inbound leg) throws IOException {
        return Deadline.within(
                leg.stream(),
                leg.untilProved(),
                "the first bytes",
                () -> recognise(proxies.contains(leg.remote().getAddress()) ? behindProxy(leg) : leg, true));
    }

    /**
     * Takes a PROXY header off, if there is one: the proxy decides whether it sends them, and one that is not to be believed
     * never gets here.
     */
    private static Inbound behindProxy(Inbound leg) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(ProtocolSniffer.LENGTH);
        while (true) {
            if (leg.stream().read(first) < 0) {
                throw new EOFException("closed before a PROXY header was whole");
            }
            ByteBuffer seen = first.duplicate().flip();
            switch (ProxyHeader.decode(seen.slice())) {
                case Decoded.NotProxy no -> {
                    return leg.with(PushbackStream.of(leg.stream(), seen));
                }
                case Decoded.Header found -> {
                    seen.position(found.length());
                    Inbound rest = leg.with(PushbackStream.of(leg.stream(), seen));
                    Optional<InetSocketAddress> source = found.header().source();
                    return source.isEmpty()
                            ? rest
                            : rest.observedAs(source, source.get().getAddress());
                }
                case Decoded.NeedMore more -> {
                    if (more.atLeast() > first.capacity()) {
                        first = ByteBuffer.allocate(more.atLeast()).put(seen);
                    }
                }
            }
        }
    }

    private ProtocolSniffer.Recognised<Destination> recognise(Inbound leg, boolean mayBeTls) throws IOException {
        var ahead = new ProtocolSniffer(leg);
        if (mayBeTls && tls != null && ahead.first() == TLS_HANDSHAKE) {
            leg.holding().take(TLS_BEGINNING, "a TLS handshake");
            ByteStream secured = tls.accept(ahead.rest().stream(), HANDSHAKE);
            leg.holding().give(TLS_BEGINNING - TLS_WAITING);
            return recognise(leg.with(secured), false);
        }
        return ahead.recognise(destinations);
    }
}
