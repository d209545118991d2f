package dev.posthouse.relay.accept.http;

import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.Headers;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.OverLimit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Peers' addresses from behind HTTP proxies, which say them in a header that is believed from trusted networks only.
 *
 * <p>The header lists who each proxy on the way saw, the nearest one last. The peer is the last one that is not itself
 * trusted. If that one cannot be read, or is hidden, nobody knows who asks, and the request is refused: taking it for the
 * proxy's own would let it past whatever is denied to the peer. Without the header it is the proxy's own.
 *
 * <p>The peer's port makes a direct connection possible. It is the one beside the address; else that in the header which the
 * operator has named, as long as it was the nearest proxy that saw the peer.
 *
 * <p>Thread-safe.
 */
public final class Forwarded {

    /** In which most proxies name the peer. */
    public static final String X_FORWARDED_FOR = "X-Forwarded-For";

    /** That of RFC 7239. */
    public static final String FORWARDED = "Forwarded";

    private static final String X_FORWARDED_PORT = "X-Forwarded-Port";

    /** In events, where no dialect's name stands. */
    private static final String NAME = "http";

    /** A trusted proxy does not say who asks in words that can be read. */
    public static final class Unreadable extends Exception {

        private final String explanation;

        private Unreadable(String explanation) {
            super(explanation);
            this.explanation = explanation;
        }

        /** One line for the proxy's operator; repeats nothing of the header. */
        public String explanation() {
            return explanation;
        }
    }

    private final NetworkBlocks trusted;
    private final String header;
    private final String portHeader;
    private final Set<String> advised = ConcurrentHashMap.newKeySet();

    /**
     * @param trusted the proxies' networks
     * @param header {@link #X_FORWARDED_FOR} or {@link #FORWARDED}, in any case: the one that they set. The other one is ignored, since
     *     it passes through from whoever wrote it
     * @param portHeader which header has the peer's port; empty for none. Not {@code X-Forwarded-Port} unless it is sure to be the
     *     peer's: in most proxies it is their own
     * @throws IllegalArgumentException if the header is neither
     */
    public Forwarded(NetworkBlocks trusted, String header, String portHeader) {
        this.trusted = trusted;
        this.header = header(header);
        this.portHeader = portHeader;
    }

    /** What believes nobody. */
    public static Forwarded none() {
        return new Forwarded(NetworkBlocks.NONE, X_FORWARDED_FOR, "");
    }

    /**
     * The name of a header that can be believed, in its own spelling.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public static String header(String name) {
        if (name.equalsIgnoreCase(X_FORWARDED_FOR)) {
            return X_FORWARDED_FOR;
        }
        if (name.equalsIgnoreCase(FORWARDED)) {
            return FORWARDED;
        }
        throw new IllegalArgumentException(
                "proxies name the peer in " + X_FORWARDED_FOR + " or in " + FORWARDED + ", not in " + name);
    }

    /**
     * The leg, seen through the proxy if there is one.
     *
     * @param events notified once of what an operator should set otherwise
     * @throws Unreadable if a trusted proxy does not say who asks
     * @throws OverLimit if whoever asks has as many connections already as it may
     */
    public Inbound apply(Inbound leg, Headers headers, RelayListener events) throws Unreadable, OverLimit {
        if (trusted.isEmpty() || !trusted.contains(leg.party().shown().getAddress())) {
            return leg;
        }
        advise(headers, events);
        List<String> elements = headers.list(header);
        if (elements.isEmpty()) {
            return leg.observedAs(Optional.empty(), leg.party().address());
        }
        for (int i = elements.size() - 1; i >= 0; i--) {
            Hop hop = hop(elements.get(i));
            InetAddress address = hop.address().orElseThrow(this::nobody).toInetAddress();
            if (i == 0 || !trusted.contains(address)) {
                OptionalInt port = hop.port().isPresent() || i < elements.size() - 1 ? hop.port() : port(headers);
                return leg.observedAs(
                        port.isPresent()
                                ? Optional.of(new InetSocketAddress(address, port.getAsInt()))
                                : Optional.empty(),
                        address);
            }
        }
        throw new IllegalStateException("the first one is always taken");
    }

    private Hop hop(String element) {
        return header.equals(FORWARDED) ? Hop.ofForwarded(element) : Hop.of(element);
    }

    private Unreadable nobody() {
        return new Unreadable("the proxy's " + header
                + " header does not say who asks: its last entry that is not a proxy of this relay"
                + " must be an address, such as "
                + (header.equals(FORWARDED)
                        ? "for=203.0.113.7 or for=\"[2001:db8::7]:443\""
                        : "203.0.113.7, 203.0.113.7:51234 or [2001:db8::7]:443"));
    }

    /** The port in the header that the operator has named; none if it is repeated, for then nobody knows whose it is. */
    private OptionalInt port(Headers headers) {
        if (portHeader.isEmpty()) {
            return OptionalInt.empty();
        }
        List<String> values = headers.list(portHeader);
        return values.size() == 1 ? Hop.portOf(values.getFirst()) : OptionalInt.empty();
    }

    private void advise(Headers headers, RelayListener events) {
        if (headers.first(X_FORWARDED_PORT).isPresent() && !portHeader.equalsIgnoreCase(X_FORWARDED_PORT)) {
            adviseOnce(
                    events,
                    "a trusted proxy sends X-Forwarded-Port, which is ignored: it is the proxy's own port in most proxies. Have"
                            + " the proxy send the peer's port in a header of its own and name that in forwarded.port-header");
        }
        String other = header.equals(FORWARDED) ? X_FORWARDED_FOR : FORWARDED;
        if (headers.first(header).isEmpty() && headers.first(other).isPresent()) {
            adviseOnce(
                    events,
                    "a trusted proxy sends " + other + " and not " + header
                            + ", so that its peers are counted as the proxy:"
                            + " name the header that it sets in forwarded.header");
        }
    }

    private void adviseOnce(RelayListener events, String text) {
        if (advised.add(text)) {
            events.on(new RelayEvent.Advice(NAME, text));
        }
    }
}
