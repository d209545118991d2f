package dev.posthouse.offset.client;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An Offset client: reaches peers at the relays where they listen, and listens for peers.
 *
 * <pre>{@code
 * try (OffsetClient client = OffsetClient.of(identity);
 *         OffsetConnection connection = client.dial(relay, peer)) {
 *     connection.stream().write(ByteBuffer.wrap(hello));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Calls block; interrupting the thread ends them.
 *
 * <p><b>The end.</b> {@link #close} ends calls that are under way, listeners and links, and no connection that was handed out: those live
 * on, and the client's clock with them, until the last is closed.
 */
public final class OffsetClient implements AutoCloseable {

    private static final Duration TICK = Duration.ofSeconds(1);

    /** A frame of the acknowledged stream goes into one message. */
    private static final int FRAME = MessageBytes.LONGEST - AcknowledgedSettings.OVERHEAD;

    private final Ed25519KeyPair identity;
    private final Legs legs;
    private final Tunnels tunnels;
    private final Duration timeout;
    private final Supplier<RandomGenerator> randomness;
    private final Rotation rotation;
    private final Attempts calls = new Attempts("client");
    private final Listeners listeners = new Listeners();
    // Guarded by this; there from the first link on.
    private @Nullable Links links;

    private OffsetClient(Builder builder) {
        this.identity = builder.identity;
        Optional<TickClock> ownTicks = builder.ticks == null ? Optional.of(TickClock.start(TICK)) : Optional.empty();
        Ticks ticks = builder.ticks == null ? ownTicks.get() : builder.ticks;
        this.tunnels = new Tunnels(ownTicks);
        this.legs = new Legs(
                builder.resolver,
                builder.proxies,
                builder.tls,
                builder.connectTimeout,
                new Channels(builder.identity, builder.settings, ticks),
                builder.extensions,
                builder.stream,
                tunnels);
        this.timeout = builder.timeout;
        this.randomness = builder.randomness;
        this.rotation = new Rotation(legs, builder.rounds, randomness);
    }

    /** With the original's numbers. */
    public static OffsetClient of(Ed25519KeyPair identity) {
        return builder(identity).build();
    }

    /** A builder of a client that is {@code identity} to relays and peers. */
    public static Builder builder(Ed25519KeyPair identity) {
        return new Builder(identity);
    }

    /** Who we are. */
    public Ed25519PublicKey publicKey() {
        return identity.publicKey();
    }

    /** For a whole call; zero for none. */
    Duration timeout() {
        return timeout;
    }

    /**
     * Reaches a peer that listens at a relay.
     *
     * @return the caller's to close
     * @throws RelayUnreachable if the relay, or a proxy on the way to it, cannot be reached in time, or does not answer as one
     * @throws AuthenticationFailed if the relay, or the peer, is another than it should be
     * @throws Refused if the relay closed the connection: the peer does not listen there, or does not want us; the protocol does not tell
     *     which
     * @throws TimedOut if the peer did not come within the limit of the set-up, 8 ticks, or the client's time limit passed
     * @throws ProtocolViolation if the relay or the peer does not speak Offset
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException if the client was closed
     */
    public OffsetConnection dial(RelayAddress relay, Ed25519PublicKey peer) throws IOException {
        var progress = new Progress();
        try {
            return calls.run(timeout, () -> legs.connect(relay, peer, progress), OffsetConnection::abort);
        } catch (TimedOut e) {
            throw progress.explain(e, timeout);
        }
    }

    /**
     * Reaches a peer that listens at any of these relays. They are tried in turn, beginning behind the one that was tried last for that
     * peer; after each round without success there is a pause of some 8 ticks, then longer.
     *
     * @param relays one at least
     * @return the caller's to close
     * @throws IllegalArgumentException if there is none
     * @throws IOException as {@link #dial(RelayAddress, Ed25519PublicKey)}: the last failure after the client's number of rounds, with those of the
     *     last round as suppressed ones
     */
    public OffsetConnection dial(List<RelayAddress> relays, Ed25519PublicKey peer) throws IOException {
        List<RelayAddress> all = List.copyOf(relays);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a peer is dialled at one relay at least, and none was given");
        }
        return calls.run(timeout, () -> rotation.dial(all, peer), OffsetConnection::abort);
    }

    /**
     * Listens at one relay.
     *
     * @param access who may connect; may be changed meanwhile
     * @throws IOException as {@link #dial(RelayAddress, Ed25519PublicKey)}, as far as it concerns the relay
     */
    public OffsetListener listen(RelayAddress relay, AccessList access) throws IOException {
        OffsetListener listener =
                listeners.add(OffsetListener.at(legs, (at, peer) -> access.allows(peer), listeners::remove));
        try {
            listener.open(relay, timeout);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /**
     * Listens at several relays, or will as soon as they can be reached, for as long as the listener is open.
     *
     * @param relays to begin with; {@link OffsetListener#relays} changes them
     * @param access who may connect; may be changed meanwhile
     * @throws IOException if the client was closed
     */
    public OffsetListener listen(List<RelayAddress> relays, AccessList access) throws IOException {
        OffsetListener listener = listeners.add(
                OffsetListener.atSeveral(legs, (at, peer) -> access.allows(peer), randomness, listeners::remove));
        listener.relays(relays);
        return listener;
    }

    /**
     * Keeps one connection with a peer that does the same, for as long as the link is open.
     *
     * <p>All links of a client that wait for their peers share a listen channel at each relay: do not also {@code listen} there with the
     * same identity.
     *
     * @param relays where the two meet: who waits listens there; {@link PeerLink#relays(List)} changes them
     * @throws IllegalArgumentException if the peer is ourselves
     * @throws IllegalStateException if there is a link with that peer
     * @throws IOException if the client was closed
     */
    public PeerLink link(Ed25519PublicKey peer, List<RelayAddress> relays) throws IOException {
        synchronized (this) {
            if (links == null) {
                links = new Links(
                        legs,
                        rotation,
                        randomness,
                        admission -> listeners.add(
                                OffsetListener.atSeveral(legs, admission, randomness, listeners::remove)));
            }
            if (calls.isClosed()) {
                throw new IOException("the client was closed");
            }
            return links.add(peer, relays);
        }
    }

    /** {@link #close(Duration)} with ten minutes, after which no connection lingers any more. */
    @Override
    public void close() {
        close(Tunnel.LINGER);
    }

    /**
     * Ends calls, listeners and links. Then waits for the connections that were closed before and still deliver what was sent over them.
     * Connections that are open live on. A second call waits again.
     *
     * @param limit how long to wait at most; zero for not at all. An interrupt ends the wait, and stays set
     * @return whether nothing is left to be delivered
     */
    public boolean close(Duration limit) {
        calls.close();
        synchronized (this) {
            if (links != null) {
                links.close();
            }
        }
        listeners.close();
        tunnels.close();
        try {
            return tunnels.awaitEnds(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Collects a client's options. Not thread-safe. */
    public static final class Builder {
        private final Ed25519KeyPair identity;
        private ChannelSettings settings = ChannelSettings.DEFAULT;
        private @Nullable Ticks ticks;
        private Resolver resolver = Resolver.system();
        private ProxyRules proxies = ProxyRules.NONE;
        private Supplier<TlsClient> tls = TlsClient::trustingSystem;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration timeout = Duration.ZERO;
        private int rounds = 3;
        private int extensions = ExchangeRandNonce.HALF_CLOSE | ExchangeRandNonce.ACKNOWLEDGED;
        private AcknowledgedSettings stream = AcknowledgedSettings.DEFAULT.frame(FRAME);
        private Supplier<RandomGenerator> randomness = RandomGenerator::getDefault;

        private Builder(Ed25519KeyPair identity) {
            this.identity = identity;
        }

        /** Other numbers than the original's. */
        public Builder settings(ChannelSettings numbers) {
            settings = numbers;
            return this;
        }

        /** Ticks that somebody else makes, for as long as there are connections; by default the client's own, a second each. */
        public Builder ticks(Ticks shared) {
            ticks = shared;
            return this;
        }

        /** How names of relays are resolved; by default as the system does. */
        public Builder resolver(Resolver names) {
            resolver = names;
            return this;
        }

        /** Through which HTTP proxies relays are reached; by default none. Many let nothing but port 443 through. */
        public Builder proxies(ProxyRules rules) {
            proxies = rules;
            return this;
        }

        /** How a proxy with https is trusted; by default as the system does. Relays need none: they prove themselves by their keys. */
        public Builder tls(TlsClient settings) {
            tls = () -> settings;
            return this;
        }

        /**
         * For reaching a relay by TCP, its name's resolution and a proxy's answer included; 10 s by default. An accepted peer has 8 ticks for all of it.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder connectTimeout(Duration limit) {
            if (!limit.isPositive()) {
                throw new IllegalArgumentException("connecting needs a limit longer than zero, not " + limit);
            }
            connectTimeout = limit;
            return this;
        }

        /**
         * For a whole call of {@code dial}, for reaching one relay to listen there, and for the wait of {@link OffsetScheme#accept}; zero, the default, for none but those of
         * their parts.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder timeout(Duration limit) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("a time limit is zero (none) or positive, not " + limit);
            }
            timeout = limit;
            return this;
        }

        /**
         * How often all relays of a peer are tried; 3 by default.
         *
         * @throws IllegalArgumentException if it is less than one
         */
        public Builder rounds(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("relays are tried once at least, not " + most + " times");
            }
            rounds = most;
            return this;
        }

        /**
         * After how long without a word from the peer a connection that is used as bytes is given up; a minute by default. Only where both
         * ends {@linkplain OffsetConnection#verified() speak} the acknowledged stream. A peer that sends no keepalives is given up after 32
         * ticks in any case.
         *
         * @param limit a second at least, or zero for never
         */
        public Builder deadAfter(Duration limit) {
            stream = stream.deadAfter(limit);
            return this;
        }

        /** What peers are told; 0 makes it a client like the original's. */
        Builder extensions(int bits) {
            extensions = bits;
            return this;
        }

        /** What back-offs draw from. */
        Builder randomness(Supplier<RandomGenerator> source) {
            randomness = source;
            return this;
        }

        public OffsetClient build() {
            return new OffsetClient(this);
        }
    }
}
