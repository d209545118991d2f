package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import dev.posthouse.net.connection.AddressScheme;
import dev.posthouse.net.connection.Listener;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Offset's addresses: those of its relays, with the peer's key for who dials. */
public final class OffsetScheme implements AddressScheme {

    private final OffsetClient client;
    private final AccessList access;

    /**
     * @param client dials and listens; closed with the scheme
     * @param access who may be accepted
     */
    public OffsetScheme(OffsetClient client, AccessList access) {
        this.client = client;
        this.access = access;
    }

    @Override
    public String name() {
        return "offset";
    }

    @Override
    public boolean takesToken() {
        return false;
    }

    @Override
    public StreamConnection dial(String address, Optional<String> token) throws IOException {
        OffsetAddress parsed = parse(address, token);
        Ed25519PublicKey peer = parsed.peer()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no PEERKEY: to dial, write " + OffsetAddress.PREFIX + "HOST:PORT/RELAYKEY/PEERKEY"));
        return client.dial(parsed.relay(), peer);
    }

    /** {@inheritDoc} Peers are those that the access list admits. Opening and the first wait together have the client's time limit. */
    @Override
    public Listener listen(String address, Optional<String> token) throws IOException {
        OffsetAddress parsed = parse(address, token);
        if (parsed.peer().isPresent()) {
            throw new IllegalArgumentException("to accept, there is no PEERKEY in the address: write "
                    + OffsetAddress.PREFIX + "HOST:PORT/RELAYKEY, and say who may connect by the access list");
        }
        long start = System.nanoTime();
        OffsetListener opened = client.listen(parsed.relay(), access);
        return new SchemeListener(opened, parsed.relay(), client.timeout(), System.nanoTime() - start);
    }

    /** The client's listener, with its time limit for each wait. */
    private static final class SchemeListener implements Listener {

        private final OffsetListener listener;
        private final RelayAddress relay;
        private final Duration limit;
        private final AtomicLong opening;

        /** @param opening nanoseconds of the first wait's time that are gone */
        SchemeListener(OffsetListener listener, RelayAddress relay, Duration limit, long opening) {
            this.listener = listener;
            this.relay = relay;
            this.limit = limit;
            this.opening = new AtomicLong(opening);
        }

        @Override
        public StreamConnection accept() throws IOException {
            long gone = opening.getAndSet(0);
            // Never zero, which would be no limit.
            Duration left = limit.isZero() ? limit : Duration.ofNanos(Math.max(1, limit.toNanos() - gone));
            try {
                return listener.accept(left);
            } catch (TimedOut e) {
                throw new TimedOut(
                        "no peer came to the relay at " + relay.hostAndPort() + " within " + Timeouts.inWords(limit),
                        e);
            }
        }

        @Override
        public void close() {
            listener.close();
        }
    }

    private static OffsetAddress parse(String address, Optional<String> token) {
        if (token.isPresent()) {
            throw new IllegalArgumentException(
                    "an Offset address takes no token: the peers know each other by their keys");
        }
        return OffsetAddress.parse(address);
    }

    /** Waits until what was sent over connections that are closed has been delivered. */
    @Override
    public void close() {
        client.close();
    }
}
