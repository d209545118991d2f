package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.splice.Meter;
import dev.posthouse.relay.splice.SpliceEnd;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Decides what becomes of two peers that met: an application that embeds the server meters, limits, taps or rejects them
 * here. Called on a virtual thread before either peer has an answer; may block for as long as they may be kept waiting.
 */
@FunctionalInterface
public interface PairHandler {

    /** Relays every pair without further conditions. */
    PairHandler RELAY = (dialer, acceptor) -> Verdict.RELAY;

    /** Decides about one pair. */
    Verdict decide(Peer dialer, Peer acceptor);

    /**
     * One of the two.
     *
     * @param request what it asked, with the application's headers
     * @param observed its address as the server sees it, if known
     */
    record Peer(RdvRequest request, Optional<AddressPort> observed) {}

    /** What becomes of a pair. */
    sealed interface Verdict {

        /** Relays without further conditions. */
        Verdict RELAY = new Relay(List.of(), stream -> stream, stream -> stream, end -> {});

        /**
         * Lets them choose a route, and relays if they choose the relay.
         *
         * @param meters every relayed byte must be allowed by all of them
         * @param tapDialer wraps the dialer's stream once relaying starts; the identity keeps the fast data path
         * @param tapAcceptor wraps the acceptor's stream
         * @param onEnd told how relaying ended; not called for a pair that went direct
         */
        record Relay(
                List<Meter> meters,
                UnaryOperator<ByteStream> tapDialer,
                UnaryOperator<ByteStream> tapAcceptor,
                Consumer<SpliceEnd> onEnd)
                implements Verdict {
            public Relay {
                meters = List.copyOf(meters);
            }
        }

        /** Sends both away with this answer. */
        record Reject(Refusal refusal) implements Verdict {}
    }
}
