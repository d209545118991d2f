package dev.posthouse.rdv.client;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Resolver;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.httpproxy.ProxyRules;
import dev.posthouse.net.punch.CandidatePolicy;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.wire.Extensions;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.ServerAddress;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An rdv client: meets a peer at a server by a token both know, and connects to it directly or through that server.
 *
 * <pre>{@code
 * RdvClient client = RdvClient.withDefaults();
 * try (StreamConnection connection = client.dial(URI.create("https://relay.example/rdv"), token)) {
 *     connection.stream().write(ByteBuffer.wrap(hello));
 * }
 * }</pre>
 *
 * <p>Thread-safe and reusable; every call has a socket of its own. A call blocks until the peer came and a route is chosen;
 * interrupting its thread ends it, and closing the client ends all of its calls, but no connection that was handed out.
 */
public final class RdvClient implements AutoCloseable {

    /** For a peer that has just been chosen, or has just chosen, to say so; a busy host on a long path included. */
    private static final Duration GREETING = Duration.ofSeconds(10);

    private final AddressSpaces spaces;
    private final Picker picker;
    private final Duration timeout;
    private final boolean relayOnTimeout;
    private final Meetings meetings;
    private final Consumer<String> notices;
    private final AcknowledgedSettings stream;
    private final boolean acknowledged;
    private final Calls calls = new Calls("client");

    private RdvClient(Builder builder) {
        this.spaces = builder.spaces;
        this.picker = builder.picker;
        this.timeout = builder.timeout;
        this.relayOnTimeout = builder.relayOnTimeout;
        this.meetings = new Meetings(
                builder.spaces,
                builder.policy.orElseGet(() -> CandidatePolicy.of(builder.spaces)),
                builder.headers.build(),
                builder.tls,
                builder.resolver,
                builder.proxies,
                builder.timeout);
        this.notices = builder.notices;
        this.stream = builder.stream;
        this.acknowledged = builder.acknowledged;
    }

    /** Public and private addresses, the adaptive picker, no time limit. */
    public static RdvClient withDefaults() {
        return builder().build();
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reaches the peer that accepts under {@code token}.
     *
     * @param server {@code http://HOST[:PORT][/PATH]} or https, there with {@code USER:PASSWORD@} if the server wants Basic
     *     credentials
     * @param token what the two have agreed on; 128 random bits in {@code [A-Za-z0-9._~-]} is good: whoever guesses it can
     *     take the peer's place
     * @throws IllegalArgumentException if the address or the token is malformed
     * @throws RelayUnreachable if the server, or a proxy on the way to it, cannot be reached in time
     * @throws PeerUnreachable if no route to the peer came about
     * @throws TimedOut if the time limit passed, or the server says that nobody came
     * @throws AuthenticationFailed if the server wants (other) credentials
     * @throws Refused if the server said no, or a newer client took this one's place
     * @throws LimitExceeded if the server is full or going down
     * @throws ProtocolViolation if the server does not speak rdv/1
     * @throws IOException if the connection to the server broke, or the thread was interrupted
     */
    public StreamConnection dial(URI server, String token) throws IOException {
        return dial(ServerAddress.of(server), Token.of(token));
    }

    StreamConnection dial(ServerAddress address, Token token) throws IOException {
        return connect(calls, Method.DIAL, address, token);
    }

    /** Waits for the peer that dials under {@code token}; the same as {@link #dial} otherwise. */
    public StreamConnection accept(URI server, String token) throws IOException {
        return connect(calls, Method.ACCEPT, ServerAddress.of(server), Token.of(token));
    }

    /**
     * Accepts one peer after another under the same token. Each {@link RdvListener#accept} is a call of its own, as {@link #accept}: while
     * there is none, nobody waits at the relay.
     *
     * @throws IllegalArgumentException as {@link #dial}
     */
    public RdvListener listen(URI server, String token) {
        return listen(ServerAddress.of(server), Token.of(token));
    }

    RdvListener listen(ServerAddress address, Token token) {
        meetings.requireOneAuthorization(address);
        return new RdvListener(this, calls.of("listener"), address, token);
    }

    /** @param whose call it is */
    StreamConnection connect(Calls whose, Method method, ServerAddress address, Token token) throws IOException {
        meetings.requireOneAuthorization(address);
        return whose.run(timeout, scope -> new LobbyVisits(scope, timeout, notices)
                .until(() -> visit(scope, method, address, token)));
    }

    /** One meeting, up to a connection with a peer that is there. */
    private StreamConnection visit(Scope scope, Method method, ServerAddress address, Token token)
            throws IOException, InterruptedException {
        Rendezvous rendezvous = meetings.meet(scope, method, address, token, List.of(), offer());
        Race race = scope.own(new Race(rendezvous, !spaces.isEmpty(), stream));
        if (relayOnTimeout && method == Method.DIAL) {
            scope.onTimeout(race::timeIsUp);
        }
        StreamConnection connection = race.run(picker);
        try {
            awaitPeer(connection, scope);
            scope.handOut(connection.stream());
            return connection;
        } catch (IOException e) {
            // A direct one is nobody's but ours once it was chosen.
            connection.stream().abort();
            throw e;
        }
    }

    /**
     * Waits until the peer greets, where both speak the acknowledged stream.
     *
     * @throws LobbyVisits.BackToLobby if it does not: one whose host has vanished while it waited is joined all the same
     */
    private static void awaitPeer(StreamConnection connection, Scope scope) throws IOException {
        if (!(connection.stream() instanceof AcknowledgedStream acknowledged)) {
            return;
        }
        try {
            acknowledged.awaitPeer(GREETING);
        } catch (TimedOut | ConnectionLost e) {
            throw scope.isOver() ? e : LobbyVisits.BackToLobby.peerHadGone(e);
        }
    }

    /**
     * The lower operation: meets the peer and chooses nothing. Neither the acknowledged stream nor a keyed proof is offered: what is spoken
     * on direct connections and after the choice is the caller's.
     *
     * @param extraCandidates offered besides the own addresses, as far as there is room for nine in all
     * @return the caller's to close
     * @throws IOException as {@link #dial}
     */
    public Rendezvous rendezvous(Method method, URI server, String token, List<AddressPort> extraCandidates)
            throws IOException {
        ServerAddress address = ServerAddress.of(server);
        Token word = Token.of(token);
        meetings.requireOneAuthorization(address);
        return calls.run(timeout, scope -> {
            Rendezvous rendezvous = new LobbyVisits(scope, timeout, notices)
                    .until(() -> meetings.meet(scope, method, address, word, extraCandidates, Extensions.NONE));
            scope.handOutAll();
            return rendezvous;
        });
    }

    /** What a call of ours offers its peer, if that is one of ours, too. */
    private Extensions offer() {
        return new Extensions(
                Optional.empty(),
                acknowledged ? Optional.of(Rdv.STREAM_VERSION) : Optional.empty(),
                Optional.of(Proof.nonce()));
    }

    /** Ends every call that is under way. Connections that were handed out stay open. */
    @Override
    public void close() {
        calls.close();
    }

    /** Collects a client's options. Not thread-safe. */
    public static final class Builder {
        private AddressSpaces spaces = AddressSpaces.DEFAULT;
        private Optional<CandidatePolicy> policy = Optional.empty();
        private Picker picker = Picker.adaptive();
        private Duration timeout = Duration.ZERO;
        private boolean relayOnTimeout;
        private final Headers.Builder headers = Headers.builder();
        private Optional<TlsClient> tls = Optional.empty();
        private Resolver resolver = Resolver.system();
        private ProxyRules proxies = ProxyRules.NONE;
        private Consumer<String> notices = notice -> {};
        private AcknowledgedSettings stream = AcknowledgedSettings.DEFAULT;
        private boolean acknowledged = true;

        private Builder() {}

        /**
         * After how long without a word from the peer a connection is given up; a minute by default. Only where both ends {@linkplain
         * StreamConnection#verified() speak} the acknowledged stream.
         *
         * @param limit a second at least, or zero for never
         */
        public Builder deadAfter(Duration limit) {
            stream = stream.deadAfter(limit);
            return this;
        }

        /**
         * Whether to offer the acknowledged stream, as is the default. Without it connections are bare bytes, as a stock client's: an end
         * may then be a cut, and nobody knows what the peer has received.
         */
        public Builder acknowledged(boolean offer) {
            acknowledged = offer;
            return this;
        }

        /** Which kinds of addresses are offered, dialled and taken; {@link AddressSpaces#NONE} forces the relay. */
        public Builder spaces(AddressSpaces enabled) {
            spaces = enabled;
            return this;
        }

        /** Which of the peer's candidates may be dialled; by default what the spaces allow. */
        public Builder policy(CandidatePolicy allows) {
            policy = Optional.of(allows);
            return this;
        }

        /** Who chooses the route when dialling; by default {@link Picker#adaptive()}. */
        public Builder picker(Picker chooses) {
            picker = chooses;
            return this;
        }

        /**
         * For a whole call, the wait for the peer included. While it lasts, a client that the relay sends away because
         * nobody came asks again. Zero, the default, for none: then the relay's limit is the last word. Reaching the relay
         * has 15 s in any case.
         */
        public Builder timeout(Duration limit) {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("a time limit is zero (none) or positive, not " + limit);
            }
            timeout = limit;
            return this;
        }

        /**
         * Whether a dialer whose time is up after it met its peer takes the relay, as the original does; by default the
         * call fails.
         */
        public Builder relayOnTimeout(boolean take) {
            relayOnTimeout = take;
            return this;
        }

        /**
         * A header of the application's own, sent with the request: {@code Authorization}, for one.
         *
         * @throws IllegalArgumentException if the name is no token or one that the protocol sets, or the value not ISO-8859-1
         *     without controls
         */
        public Builder header(String name, String value) {
            if (RdvRequest.isOurs(name)) {
                throw new IllegalArgumentException("the header " + name + " is the protocol's own and cannot be set");
            }
            headers.add(name, value);
            return this;
        }

        /** How https servers are trusted; by default as the system does. */
        public Builder tls(TlsClient settings) {
            tls = Optional.of(settings);
            return this;
        }

        /** How names are resolved, within the time limit; by default as the system does. */
        public Builder resolver(Resolver names) {
            resolver = names;
            return this;
        }

        /** Through which proxies relays are reached; by default none. Peers are reached directly in any case. */
        public Builder proxies(ProxyRules rules) {
            proxies = rules;
            return this;
        }

        /** Takes a sentence for the user once a call waits for longer than expected; on the thread of the call. */
        public Builder notices(Consumer<String> taker) {
            notices = taker;
            return this;
        }

        public RdvClient build() {
            return new RdvClient(this);
        }
    }
}
