package dev.posthouse.relay;

import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.splice.Splicer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A relay: one port, every dialect. Each connection gets a virtual thread that detects the dialect and serves the
 * handshake; what waits is in the waiting room, what runs is on the data path, and neither holds a thread.
 *
 * <p>Thread-safe. {@link #drain} turns newcomers away and lets circuits finish; {@link #close} ends everything.
 */
public final class Relay implements AutoCloseable {

    /** How many first bytes a dialect is shown at most before "need more" counts as no. */
    public static final int DETECTION_BOUND = 64;

    private static final int DEFAULT_PORT = 8080;

    /** How long accepting pauses after it failed: descriptors come back when circuits end, not by asking again. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final RelayServices services;
    private final boolean ownsDataPath;
    private final FrontDoor door;
    private final TcpListener listener;
    private final List<Dialect> dialects;
    private final Thread accepting;
    private final NetworkBlocks speakForOthers;
    private final AtomicLong connections = new AtomicLong();
    /** Threads with a handshake, a request or a choice of route; {@link #close} interrupts them. */
    private final Set<Thread> serving = ConcurrentHashMap.newKeySet();

    private volatile boolean draining;
    private volatile boolean closed;

    private Relay(Builder builder, TcpListener listener) throws IOException {
        RelayServices given = builder.services;
        this.ownsDataPath = given == null;
        this.services =
                given == null ? RelayServices.singleNode(Splicer.start(), builder.limits, builder.events) : given;
        this.dialects = List.copyOf(builder.dialects);
        this.listener = listener;
        this.speakForOthers = builder.speakForOthers;
        this.door = new FrontDoor(dialects, builder.proxies, builder.tls);
        dialects.forEach(dialect -> dialect.open(services));
        this.accepting = Thread.ofPlatform()
                .name("posthouse-accept")
                .daemon()
                .unstarted(new AcceptLoop(
                        listener::accept, this::welcome, () -> draining, services.events(), ACCEPT_PAUSE));
    }

    /** A builder; at least one dialect and {@link Builder#listen} are needed. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** What the dialects share: circuits, admission, who waits. */
    public RelayServices services() {
        return services;
    }

    /** Connections that this relay has accepted and that are open now: handshakes, waiting peers and the ends of circuits. */
    public long connections() {
        return connections.get();
    }

    /** Whether {@link #drain} or {@link #close} was called. */
    public boolean draining() {
        return draining;
    }

    private void welcome(SocketChannel channel) throws IOException {
        InetSocketAddress remote;
        try {
            if (!(channel.getRemoteAddress() instanceof InetSocketAddress there)) {
                channel.close();
                return;
            }
            remote = there;
        } catch (IOException e) {
            // The peer was gone before we looked at it.
            channel.close();
            return;
        }
        Place place;
        try {
            AddressKey key = AddressKey.of(remote.getAddress());
            place = services.connections().admit(speakForOthers.contains(remote.getAddress()) ? null : key, key, this);
        } catch (OverLimit e) {
            channel.close();
            services.events()
                    .on(new RelayEvent.Refused(Optional.empty(), remote, e.reason(), String.valueOf(e.getMessage())));
            return;
        } catch (OutOfMemoryError | RuntimeException e) {
            channel.close();
            throw e;
        }
        connections.incrementAndGet();
        // Given back when the descriptor is closed, whoever closes it.
        var counted = new Permit(() -> {
            connections.decrementAndGet();
            place.close();
        });
        try {
            var stream = new TcpStream(channel, counted::close);
            var leg = new Leg(
                    stream,
                    remote,
                    Optional.of(remote),
                    place,
                    services.connections().crowded(),
                    services.admission().limits().head());
            Thread.ofVirtual().name("posthouse-leg").start(() -> serve(leg));
        } catch (IOException e) {
            channel.close();
            counted.close();
        } catch (OutOfMemoryError | RuntimeException e) {
            channel.close();
            counted.close();
            services.events().on(new RelayEvent.Fault("accepting a connection", e));
        }
    }

    private void serve(Leg accepted) {
        Thread own = Thread.currentThread();
        serving.add(own);
        try {
            if (closed) {
                accepted.abort();
            } else {
                receive(accepted);
            }
        } finally {
            serving.remove(own);
        }
    }

    private void receive(Leg accepted) {
        Leg leg = accepted;
        Optional<String> dialectName = Optional.empty();
        try {
            FrontDoor.Arrival arrival = door.receive(accepted);
            leg = arrival.leg();
            dialectName = Optional.of(arrival.dialect().name());
            services.events().on(new RelayEvent.Accepted(arrival.dialect().name(), leg.peer()));
            arrival.dialect().serve(leg);
        } catch (FrontDoor.Unrecognised e) {
            leg.abort();
            refused(Optional.empty(), leg, e.reason(), e);
        } catch (OverLimit e) {
            leg.abort();
            refused(dialectName, leg, e.reason(), e);
        } catch (LimitExceeded e) {
            leg.abort();
            refused(dialectName, leg, Reason.LIMIT_MEMORY, e);
        } catch (TimedOut e) {
            leg.abort();
            refused(dialectName, leg, Reason.HANDSHAKE_TIMEOUT, e);
        } catch (NetworkFailure e) {
            leg.abort();
            refused(dialectName, leg, Reason.PROTOCOL_ERROR, e);
        } catch (IOException e) {
            leg.abort();
            refused(dialectName, leg, Reason.PEER_GONE, e);
        } catch (RuntimeException | Error e) {
            leg.abort();
            services.events().on(new RelayEvent.Fault("serving a connection", e));
        }
    }

    private void refused(Optional<String> dialect, Leg leg, Reason reason, IOException why) {
        Reason real = closed ? Reason.SHUTDOWN : reason;
        services.events().on(new RelayEvent.Refused(dialect, leg.peer(), real, String.valueOf(why.getMessage())));
    }

    /**
     * Accepts nobody new, turns away who waits, and waits for the circuits to finish.
     *
     * @param limit how long; what still runs then goes on until {@link #close}
     * @return whether all circuits had finished
     */
    public boolean drain(Duration limit) throws InterruptedException {
        stopAccepting();
        dialects.forEach(Dialect::drain);
        return services.circuits().awaitNone(limit);
    }

    private void stopAccepting() {
        draining = true;
        try {
            listener.close();
        } catch (IOException e) {
            services.events().on(new RelayEvent.Fault("closing the listening socket", e));
        }
    }

    /**
     * Ends everything of its own now: who waits with its dialects, and the circuits of which it accepted an end. Other relays with the
     * same services go on. A second call does nothing.
     */
    @Override
    public void close() {
        stopAccepting();
        closed = true;
        // The dialects first, so that who waits is sent away for the right reason: a thread that is interrupted while
        // it is
        // blocked on a connection closes it, and the end of a listener is the end of its callers.
        dialects.forEach(Dialect::close);
        serving.forEach(Thread::interrupt);
        services.circuits().endAll(Reason.SHUTDOWN, this);
        if (ownsDataPath) {
            services.dataPath().close();
        }
    }

    /** Collects what a relay needs. Not thread-safe. */
    public static final class Builder {
        private final List<Dialect> dialects = new ArrayList<>();
        private @Nullable InetSocketAddress address;
        private NetworkBlocks proxies = NetworkBlocks.NONE;
        private NetworkBlocks speakForOthers = NetworkBlocks.NONE;
        private Limits limits = Limits.DEFAULT;
        private RelayListener events = RelayListener.SILENT;
        private @Nullable RelayServices services;
        private @Nullable TlsServer tls;

        private Builder() {}

        /** Adds a dialect; they are asked in the order in which they were added. Closed with the relay. */
        public Builder dialect(Dialect dialect) {
            dialects.add(dialect);
            return this;
        }

        /** Where to listen: {@code ::} means both families, and is the default with port 8080; port 0 lets the system choose. */
        public Builder listen(InetSocketAddress where) {
            address = where;
            return this;
        }

        /** Networks whose connections may begin with a PROXY header, which is then believed. */
        public Builder proxies(NetworkBlocks trusted) {
            proxies = trusted;
            return this;
        }

        /**
         * Networks of proxies that say for whom they ask, by a PROXY header or in a dialect's own way: their connections count for
         * that peer, once it is known, and for no address before.
         */
        public Builder speakForOthers(NetworkBlocks trusted) {
            speakForOthers = trusted;
            return this;
        }

        /** Speaks TLS, too, on the same port, told apart by the first bytes. */
        public Builder tls(TlsServer server) {
            tls = server;
            return this;
        }

        /** Limits to start with; not together with {@link #services}. */
        public Builder limits(Limits start) {
            limits = start;
            return this;
        }

        /** Who is told what happens; not together with {@link #services}. */
        public Builder events(RelayListener listener) {
            events = listener;
            return this;
        }

        /** Services that somebody else owns, shared with other relays of this process. */
        public Builder services(RelayServices shared) {
            services = shared;
            return this;
        }

        /** Both families where the system has both: the JDK's own wildcard is often IPv4 only. */
        private static TcpListener everywhere() throws IOException {
            try {
                return TcpListener.bind(new InetSocketAddress("::", DEFAULT_PORT));
            } catch (SocketException | UnsupportedAddressTypeException e) {
                return TcpListener.bind(new InetSocketAddress("0.0.0.0", DEFAULT_PORT));
            }
        }

        /**
         * Binds and starts.
         *
         * @throws IllegalStateException if there is no dialect
         * @throws IOException if the address cannot be listened on, or there are no descriptors
         */
        public Relay start() throws IOException {
            if (dialects.isEmpty()) {
                throw new IllegalStateException("a relay needs at least one dialect");
            }
            Pollers.open();
            TcpListener listener = address == null ? everywhere() : TcpListener.bind(address);
            Relay relay;
            try {
                relay = new Relay(this, listener);
            } catch (IOException | RuntimeException e) {
                listener.close();
                throw e;
            }
            relay.accepting.start();
            relay.services.events().on(new RelayEvent.Listening(relay.address()));
            return relay;
        }
    }
}
