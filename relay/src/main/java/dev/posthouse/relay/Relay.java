package dev.posthouse.relay;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.net.websocket.WebSocketCodec;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Destination;
import dev.posthouse.relay.accept.Detection;
import dev.posthouse.relay.accept.Detector;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.HttpDetector;
import dev.posthouse.relay.accept.ListeningPort;
import dev.posthouse.relay.accept.OpenDialect;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.http.Forwarded;
import dev.posthouse.relay.accept.http.HttpRoom;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Splicer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A relay: one port, every dialect. Each connection gets a virtual thread that detects the dialect and serves the
 * handshake; what waits is in the waiting room, what runs is on the data path, and neither holds a thread. Several relays that are
 * given the same services share circuits, limits and who waits; each of them ends with what is its own.
 *
 * <p>Thread-safe. {@link #drain} turns newcomers away and lets circuits finish; {@link #close} ends everything.
 */
public final class Relay implements AutoCloseable {

    private static final int DEFAULT_PORT = 8080;

    private final RelayServices services;
    private final boolean ownsDataPath;
    private final List<OpenDialect> dialects = new ArrayList<>();
    private final Optional<ListeningPort> port;
    private volatile boolean draining;

    private Relay(Builder builder, Optional<TcpListener> listener) throws IOException {
        this.ownsDataPath = builder.services == null;
        this.services = builder.services == null
                ? RelayServices.singleNode(Splicer.start(), builder.limits, builder.events)
                : builder.services;
        boolean begun = false;
        try {
            for (Dialect dialect : builder.dialects) {
                dialects.add(new OpenDialect(dialect.name(), dialect.open(services)));
            }
            Detection<Destination> detection = detection(builder);
            this.port = listener.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ListeningPort(listener.get(), detection, builder.portSettings(), services, this));
            begun = true;
        } finally {
            if (!begun) {
                // What some of them have begun, such as a clock, ends with the attempt.
                dialects.forEach(open -> whatever("closing " + open.name(), open.service()::close));
                if (ownsDataPath) {
                    services.dataPath().close();
                }
            }
        }
    }

    /** @throws IllegalStateException if two dialects have the same entrance, or one has one that this relay has not */
    private Detection<Destination> detection(Builder builder) {
        var entries = new ArrayList<Detection.Entry<Destination>>();
        for (OpenDialect open : dialects) {
            for (Entrance entrance : open.service().entrances()) {
                if (entrance instanceof Entrance.FirstBytes(Detector detector, ConnectionHandler handler)) {
                    entries.add(new Detection.Entry<>(
                            open.name(), detector, new Destination.OfDialect(open.name(), handler)));
                }
            }
        }
        HttpRoom.of(dialects, Optional.ofNullable(builder.webSockets), builder.forwarded, services)
                .ifPresent(room -> entries.add(
                        new Detection.Entry<>("HTTP", HttpDetector.INSTANCE, new Destination.OfRoom(room))));
        return new Detection<>(entries);
    }

    /** A builder; at least one dialect is needed. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where it listens, with the port that the system chose.
     *
     * @throws IllegalStateException if it listens nowhere
     */
    public InetSocketAddress address() {
        return port.map(ListeningPort::address)
                .orElseThrow(() -> new IllegalStateException(
                        "this relay accepts no connections: it was built without a listener"));
    }

    /**
     * What an operator may tell its users, as one of the dialects writes it.
     *
     * @param dialect its name
     * @param hosts where this relay is reached, each {@code HOST:PORT}
     */
    public List<String> addresses(String dialect, List<String> hosts) {
        return dialects.stream()
                .filter(open -> open.name().equals(dialect))
                .flatMap(open -> open.service().addresses(hosts).stream())
                .toList();
    }

    /** What the dialects share: circuits, admission, who waits. */
    public RelayServices services() {
        return services;
    }

    /** Connections that this relay has accepted and that are open now: handshakes, waiting peers and the ends of circuits. */
    public long connections() {
        return port.map(ListeningPort::connections).orElse(0L);
    }

    /** Whether {@link #drain} or {@link #close} was called. */
    public boolean draining() {
        return draining;
    }

    /**
     * Accepts nobody new, turns away who waits, and waits for the circuits to finish.
     *
     * @param limit how long; what still runs then goes on until {@link #close}
     * @return whether all circuits had finished
     */
    public boolean drain(Duration limit) throws InterruptedException {
        draining = true;
        port.ifPresent(ListeningPort::stop);
        dialects.forEach(open -> whatever("draining " + open.name(), open.service()::drain));
        return services.circuits().awaitNone(limit);
    }

    /**
     * Ends everything of its own now: who waits with its dialects, and the circuits of which it accepted an end. Other relays with the
     * same services go on. A second call does nothing.
     */
    @Override
    public void close() {
        draining = true;
        Runnable endServices =
                () -> dialects.forEach(open -> whatever("closing " + open.name(), open.service()::close));
        port.ifPresentOrElse(listening -> listening.close(endServices), endServices);
        services.circuits().endAll(Reason.SHUTDOWN, this);
        if (ownsDataPath) {
            services.dataPath().close();
        }
    }

    /** What one dialect throws keeps none of the others from ending. */
    private void whatever(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            services.events().on(new RelayEvent.Fault(what, e));
        }
    }

    /** Collects what a relay needs. Not thread-safe. */
    public static final class Builder {
        private final List<Dialect> dialects = new ArrayList<>();
        private @Nullable InetSocketAddress address;
        private boolean listens = true;
        private NetworkBlocks proxies = NetworkBlocks.NONE;
        private NetworkBlocks speakForOthers = NetworkBlocks.NONE;
        private Limits limits = Limits.DEFAULT;
        private RelayListener events = RelayListener.SILENT;
        private @Nullable RelayServices services;
        private @Nullable TlsServer tls;
        private Forwarded forwarded = Forwarded.none();
        private @Nullable WebSocketCodec webSockets;

        private Builder() {}

        /** Adds a dialect. The order makes no difference. */
        public Builder dialect(Dialect dialect) {
            dialects.add(dialect);
            return this;
        }

        /** Where to listen: {@code ::} means both families, and is the default with port 8080; port 0 lets the system choose. */
        public Builder listen(InetSocketAddress where) {
            address = where;
            return this;
        }

        /** Accepts no connections: for dialects that bind what they need themselves. */
        public Builder withoutListener() {
            listens = false;
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

        /** Proxies that say in a header of HTTP for whom they ask, and are believed, whichever dialect the request is for. */
        public Builder forwarded(Forwarded by) {
            forwarded = by;
            return this;
        }

        /** Takes WebSockets off as a layer. Needed by dialects that are reached by them, and by no others. */
        public Builder webSockets(WebSocketCodec codec) {
            webSockets = codec;
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

        private ListeningPort.Settings portSettings() {
            return new ListeningPort.Settings(proxies, speakForOthers, tls);
        }

        /** Both families where the system has both: the JDK's own wildcard is often IPv4 only. */
        private static TcpListener everywhere() throws IOException {
            try {
                return TcpListener.bind(new InetSocketAddress("::", DEFAULT_PORT));
            } catch (SocketException | UnsupportedAddressTypeException e) {
                return TcpListener.bind(new InetSocketAddress("0.0.0.0", DEFAULT_PORT));
            }
        }

        private Optional<TcpListener> bind() throws IOException {
            if (!listens) {
                return Optional.empty();
            }
            return Optional.of(address == null ? everywhere() : TcpListener.bind(address));
        }

        /**
         * Binds and starts.
         *
         * @throws IllegalStateException if there is no dialect, two have the same {@link Entrance}, or one is reached by WebSocket and
         *     there is no codec for it
         * @throws IOException if an address cannot be listened on, or there are no descriptors
         */
        public Relay start() throws IOException {
            if (dialects.isEmpty()) {
                throw new IllegalStateException("a relay needs at least one dialect");
            }
            Optional<TcpListener> listener = bind();
            Relay relay;
            try {
                relay = new Relay(this, listener);
            } catch (IOException | RuntimeException e) {
                if (listener.isPresent()) {
                    listener.get().close();
                }
                throw e;
            }
            relay.port.ifPresent(ListeningPort::start);
            return relay;
        }
    }
}
