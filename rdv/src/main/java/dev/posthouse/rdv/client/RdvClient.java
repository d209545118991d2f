package dev.posthouse.rdv.client;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.OwnAddresses;
import dev.posthouse.net.address.SourceProbe;
import dev.posthouse.net.connection.Connection;
import dev.posthouse.net.http.HeadReader;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.MalformedHead;
import dev.posthouse.net.http.ResponseHead;
import dev.posthouse.net.punch.CandidatePolicy;
import dev.posthouse.net.punch.PunchSocket;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.RdvResponse;
import dev.posthouse.rdv.wire.ServerAddress;
import dev.posthouse.rdv.wire.Token;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An rdv client: meets a peer at a server by a token both know, and connects to it directly or through that server.
 *
 * <pre>{@code
 * RdvClient client = RdvClient.withDefaults();
 * try (Connection connection = client.dial(URI.create("https://relay.example/rdv"), token)) {
 *     connection.stream().write(ByteBuffer.wrap(hello));
 * }
 * }</pre>
 *
 * <p>Thread-safe and reusable; every call has a socket of its own. A call blocks until the peer came and a route is chosen;
 * interrupting its thread ends it, and closing the client ends all of its calls, but no connection that was handed out.
 */
public final class RdvClient implements AutoCloseable {

    /** For reaching the server, the part that does not depend on the peer. */
    private static final Duration CONNECT = Duration.ofSeconds(15);

    private final AddressSpaces spaces;
    private final CandidatePolicy policy;
    private final Picker picker;
    private final Duration timeout;
    private final boolean relayOnTimeout;
    private final Headers headers;
    private final Optional<TlsClient> tls;
    private final Set<Scope> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private RdvClient(Builder builder) {
        this.spaces = builder.spaces;
        this.policy = builder.policy.orElseGet(() -> CandidatePolicy.of(builder.spaces));
        this.picker = builder.picker;
        this.timeout = builder.timeout;
        this.relayOnTimeout = builder.relayOnTimeout;
        this.headers = builder.headers.build();
        this.tls = builder.tls;
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
     * @param server {@code http://HOST[:PORT][/PATH]} or https
     * @param token what the two have agreed on; 128 random bits in {@code [A-Za-z0-9._~-]} is good: whoever guesses it can
     *     take the peer's place
     * @throws IllegalArgumentException if the address or the token is malformed
     * @throws PeerUnreachable if the server cannot be reached, or no route to the peer came about
     * @throws TimedOut if the time limit passed, or the server says that nobody came
     * @throws AuthenticationFailed if the server wants (other) credentials
     * @throws Refused if the server said no, or a newer client took this one's place
     * @throws LimitExceeded if the server is full or going down
     * @throws ProtocolViolation if the server does not speak rdv/1
     * @throws IOException if the connection to the server broke, or the thread was interrupted
     */
    public Connection dial(URI server, String token) throws IOException {
        return connect(Method.DIAL, server, token);
    }

    /** Waits for the peer that dials under {@code token}; the same as {@link #dial} otherwise. */
    public Connection accept(URI server, String token) throws IOException {
        return connect(Method.ACCEPT, server, token);
    }

    private Connection connect(Method method, URI server, String tokenText) throws IOException {
        ServerAddress address = ServerAddress.of(server);
        Token token = Token.of(tokenText);
        try (Scope scope = open(timeout)) {
            try {
                Rendezvous rendezvous = meet(scope, method, address, token, List.of());
                Race race = scope.own(new Race(rendezvous, !spaces.isEmpty()));
                if (relayOnTimeout && method == Method.DIAL) {
                    scope.onTimeout(race::timeIsUp);
                }
                Connection connection = race.run(picker);
                try {
                    scope.handOut(connection.stream());
                } catch (IOException e) {
                    // A direct one is nobody's but ours once it was chosen.
                    connection.stream().abort();
                    throw e;
                }
                return connection;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted while connecting").initCause(e);
            } catch (IOException e) {
                throw scope.explain(e);
            }
        }
    }

    /**
     * The lower operation: meets the peer and chooses nothing.
     *
     * @param extraCandidates offered besides the own addresses, as far as there is room for nine in all
     * @return the caller's to close
     * @throws IOException as {@link #dial}
     */
    public Rendezvous rendezvous(Method method, URI server, String token, List<AddressPort> extraCandidates)
            throws IOException {
        try (Scope scope = open(timeout)) {
            try {
                Rendezvous rendezvous = meet(scope, method, ServerAddress.of(server), Token.of(token), extraCandidates);
                scope.handOutAll();
                return rendezvous;
            } catch (IOException e) {
                throw scope.explain(e);
            }
        }
    }

    private Scope open(Duration limit) throws IOException {
        Scope scope = new Scope(limit, calls::remove);
        calls.add(scope);
        if (closed) {
            scope.close();
            throw new IOException("the client was closed");
        }
        return scope;
    }

    private Rendezvous meet(
            Scope scope, Method method, ServerAddress server, Token token, List<AddressPort> extraCandidates)
            throws IOException {
        long start = System.nanoTime();
        List<InetSocketAddress> addresses = resolve(server);
        PunchSocket socket = scope.own(PunchSocket.open(PunchSocket.Options.of(policy)));
        var dialed = socket.dialRelay(addresses, CONNECT);
        scope.own(dialed.stream());
        InetSocketAddress relayAddress = dialed.stream()
                .remoteAddress()
                .orElseThrow(() -> new PeerUnreachable("the connection to the relay broke at once"));
        ByteStream relay = server.tls()
                ? scope.own(tls().connect(dialed.stream(), server.host(), CONNECT), dialed.stream())
                : dialed.stream();
        List<AddressPort> own = candidates(socket, extraCandidates);
        relay.write(ByteBuffer.wrap(RdvRequest.write(method, server, token, own, dialed.roundTrip(), headers)));
        HeadReader.Received<ResponseHead> received;
        try {
            received = HeadReader.readResponse(relay, Rdv.MAX_HEAD);
        } catch (MalformedHead e) {
            throw new ProtocolViolation("the server does not speak HTTP: " + e.explanation(), e);
        }
        if (received.head().status() != 101) {
            throw refusal(received.head(), received.rest());
        }
        RdvResponse response = RdvResponse.parse(received.head());
        return new Rendezvous(
                method,
                token,
                received.rest(),
                relayAddress,
                socket,
                own,
                response,
                dialed.roundTrip(),
                System.nanoTime(),
                start);
    }

    /** Reading the system's trust takes a while, so that only who needs it does. */
    private TlsClient tls() {
        return tls.orElseGet(TlsClient::trustingSystem);
    }

    private static List<InetSocketAddress> resolve(ServerAddress server) throws PeerUnreachable {
        try {
            return Arrays.stream(InetAddress.getAllByName(server.host()))
                    .map(address -> new InetSocketAddress(address, server.port()))
                    .toList();
        } catch (UnknownHostException e) {
            throw new PeerUnreachable("the server's name " + server.host() + " has no address", e);
        }
    }

    private List<AddressPort> candidates(PunchSocket socket, List<AddressPort> extra) {
        var all = new ArrayList<>(OwnAddresses.probe(spaces, SourceProbe.udp()).candidates(socket.port()));
        all.addAll(extra);
        List<AddressPort> canonical = AddressPort.canonical(all);
        return canonical.subList(0, Math.min(canonical.size(), Rdv.MAX_SELF_ADDRS));
    }

    private static IOException refusal(ResponseHead head, ByteStream rest) {
        String said = "the server answered " + head.status() + " " + head.reason();
        String body = excerpt(rest);
        String message = body.isEmpty() ? said : said + ": " + body;
        return switch (head.status()) {
            case 401, 407 -> new AuthenticationFailed(message);
            case 408 -> new TimedOut(message);
            case 429, 503 -> new LimitExceeded(message);
            default ->
                head.status() < 400 || head.status() == 426 ? new ProtocolViolation(message) : new Refused(message);
        };
    }

    /** The answer's first line; a server that stays silent does not hold us. */
    private static String excerpt(ByteStream rest) {
        ByteBuffer body = ByteBuffer.allocate(Rdv.MAX_REFUSAL_BODY);
        try {
            Deadline.within(rest, Duration.ofSeconds(1), "reading the refusal", () -> {
                rest.readTimeout(Duration.ofMillis(250));
                while (body.hasRemaining() && rest.read(body) >= 0) {
                    if (body.get(body.position() - 1) == '\n') {
                        break;
                    }
                }
                return body;
            });
        } catch (IOException e) {
            // What came is what there is.
        }
        String text = new String(body.array(), 0, body.position(), StandardCharsets.UTF_8);
        return text.lines().findFirst().orElse("").strip().replaceAll("\\p{Cntrl}", "?");
    }

    /** Ends every call that is under way. Connections that were handed out stay open. */
    @Override
    public void close() {
        closed = true;
        calls.forEach(Scope::cancel);
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

        private Builder() {}

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

        /** For a whole call, the wait for the peer included; zero for none. */
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
         * @throws IllegalArgumentException if the name is no token, or the value not ISO-8859-1 without controls
         */
        public Builder header(String name, String value) {
            headers.add(name, value);
            return this;
        }

        /** How https servers are trusted; by default as the system does. */
        public Builder tls(TlsClient settings) {
            tls = Optional.of(settings);
            return this;
        }

        public RdvClient build() {
            return new RdvClient(this);
        }
    }
}
