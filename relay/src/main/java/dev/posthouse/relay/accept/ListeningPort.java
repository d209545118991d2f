package dev.posthouse.relay.accept;

import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.NetworkFailure;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.AddressKey;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.OverLimit;
import dev.posthouse.relay.limit.Permit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket: a thread that accepts, and for each connection a virtual thread that finds out whose it is and has it served.
 * Thread-safe.
 */
public final class ListeningPort {

    /** How long accepting pauses after it failed: descriptors come back when circuits end, not by asking again. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    /**
     * What it takes.
     *
     * @param proxies networks whose connections may begin with a PROXY header, which is then believed
     * @param speakForOthers networks whose connections count for the peer that they name, and for no address before
     * @param tls speaks TLS, too, if there is one
     */
    public record Settings(
            NetworkBlocks proxies,
            NetworkBlocks speakForOthers,
            @Nullable TlsServer tls) {}

    private final TcpListener listener;
    private final FrontDoor door;
    private final Settings settings;
    private final RelayServices services;
    private final Object relay;
    private final Thread accepting;
    private final AtomicLong connections = new AtomicLong();
    /** Threads with a handshake, a request or a choice of route; {@link #close} interrupts them. */
    private final Set<Thread> serving = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;
    private volatile boolean closed;

    /**
     * Accepts nobody before {@link #start}.
     *
     * @param listener closed by {@link #stop}
     * @param relay whose port it is: see {@link Inbound#isAcceptedBy}
     * @throws IOException if virtual threads cannot block on sockets for want of descriptors
     */
    public ListeningPort(
            TcpListener listener,
            Detection<Destination> destinations,
            Settings settings,
            RelayServices services,
            Object relay)
            throws IOException {
        Pollers.open();
        this.listener = listener;
        this.door = new FrontDoor(destinations, settings.proxies(), settings.tls());
        this.settings = settings;
        this.services = services;
        this.relay = relay;
        this.accepting = Thread.ofPlatform()
                .name("posthouse-accept")
                .daemon()
                .unstarted(new AcceptLoop(
                        listener::accept, this::welcome, () -> stopped, services.events(), ACCEPT_PAUSE));
    }

    /** Begins to accept. Called once. */
    public void start() {
        accepting.start();
        services.events().on(new RelayEvent.Listening(address()));
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** Connections accepted here that are open now. */
    public long connections() {
        return connections.get();
    }

    /** Accepts nobody new. A second call does nothing. */
    public void stop() {
        stopped = true;
        try {
            listener.close();
        } catch (IOException e) {
            services.events().on(new RelayEvent.Fault("closing the listening socket", e));
        }
    }

    /**
     * Ends what is served here on a thread; what waits or runs without one is its service's.
     *
     * @param endServices ends the services, before their threads are interrupted: a thread that is interrupted while it is blocked
     *     on a connection closes it, and who waits is to be sent away for the right reason
     */
    public void close(Runnable endServices) {
        stop();
        closed = true;
        endServices.run();
        serving.forEach(Thread::interrupt);
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
        ConnectionPermit permit;
        try {
            AddressKey key = AddressKey.of(remote.getAddress());
            permit = services.connections()
                    .admit(settings.speakForOthers().contains(remote.getAddress()) ? null : key, key, relay);
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
            permit.close();
        });
        try {
            var stream = new TcpStream(channel, counted::close);
            var connection = new Inbound(
                    stream,
                    remote,
                    Optional.of(remote),
                    permit,
                    services.admission().limits().head());
            Thread.ofVirtual().name("posthouse-leg").start(() -> serve(connection));
        } catch (IOException e) {
            channel.close();
            counted.close();
        } catch (OutOfMemoryError | RuntimeException e) {
            channel.close();
            counted.close();
            services.events().on(new RelayEvent.Fault("accepting a connection", e));
        }
    }

    private void serve(Inbound accepted) {
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

    private void receive(Inbound accepted) {
        Inbound connection = accepted;
        var whose = new Attribution(services.events());
        try {
            ProtocolSniffer.Recognised<Destination> arrival = door.receive(accepted);
            connection = arrival.connection();
            serve(connection, arrival.owner(), whose);
        } catch (Unrecognised e) {
            refused(whose, connection, Reason.UNKNOWN_PROTOCOL, e);
        } catch (OverLimit e) {
            refused(whose, connection, e.reason(), e);
        } catch (LimitExceeded e) {
            refused(whose, connection, Reason.LIMIT_MEMORY, e);
        } catch (TimedOut e) {
            refused(whose, connection, Reason.HANDSHAKE_TIMEOUT, e);
        } catch (NetworkFailure e) {
            refused(whose, connection, Reason.PROTOCOL_ERROR, e);
        } catch (IOException e) {
            refused(whose, connection, Reason.PEER_GONE, e);
        } catch (RuntimeException | Error e) {
            connection.abort();
            services.events().on(new RelayEvent.Fault("serving a connection", e));
        }
    }

    private void serve(Inbound connection, Destination to, Attribution whose) throws IOException {
        switch (to) {
            case Destination.OfDialect dialect -> whose.is(dialect.name(), connection);
            case Destination.OfRoom(Destination.Room room) -> whose.presume(room.presumed());
        }
        Optional<Availability.Unavailable> closed = unavailable();
        if (closed.isPresent()) {
            refuse(connection, to, whose, closed.get());
            return;
        }
        switch (to) {
            case Destination.OfDialect dialect -> dialect.handler().serve(connection);
            case Destination.OfRoom(Destination.Room room) -> room.serve(connection, whose, this::unavailable);
        }
    }

    private Optional<Availability.Unavailable> unavailable() {
        if (stopped) {
            return Optional.of(new Availability.Unavailable(Reason.SHUTDOWN, "the relay is going down"));
        }
        return services.connections().overSoftLimit()
                ? Optional.of(new Availability.Unavailable(
                        Reason.LIMIT_DESCRIPTORS, "the relay's descriptors are nearly used up, try again later"))
                : Optional.empty();
    }

    private void refuse(Inbound connection, Destination to, Attribution whose, Availability.Unavailable relay) {
        Reason why = relay.why();
        String detail = relay.detail();
        services.events()
                .on(new RelayEvent.Refused(whose.dialect(), connection.party().shown(), why, detail));
        try {
            switch (to) {
                case Destination.OfDialect dialect -> dialect.handler().refuse(connection, why, detail);
                case Destination.OfRoom(Destination.Room room) -> room.refuse(connection, why, detail);
            }
        } catch (IOException e) {
            // It has left, or did not say to the end what it wanted: it is refused all the same, and was counted.
            connection.abort();
        }
    }

    private void refused(Attribution whose, Inbound connection, Reason reason, IOException why) {
        connection.abort();
        Reason real = closed ? Reason.SHUTDOWN : reason;
        services.events()
                .on(new RelayEvent.Refused(
                        whose.dialect(), whose.of(connection).party().shown(), real, String.valueOf(why.getMessage())));
    }
}
