package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.fault.Faults;
import dev.posthouse.relay.fault.FaultyDataPath;
import dev.posthouse.relay.fault.FaultyDirectory;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.splice.Splicer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A relay with the Offset dialect on a loopback port, and all that it told. When it is closed its clients end first, and
 * then nothing may be left of them: nobody waits, nobody is in the directory, nobody counts ticks, and the events balance.
 */
final class RelayFixture implements AutoCloseable {

    static final Ed25519KeyPair RELAY = Ed25519KeyPair.generate();

    private final ConcurrentLinkedQueue<RelayEvent> events = new ConcurrentLinkedQueue<>();
    private final Map<InetSocketAddress, Observed> served = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Long> countedAtCloses = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<TestClient> clients = new ConcurrentLinkedQueue<>();
    private final Names names;
    private final Splicer dataPath;
    private final RelayServices services;
    private final OffsetServer server;
    private final AtomicReference<OffsetService> service = new AtomicReference<>();
    private final Relay relay;
    private final ManualTicks ticks;
    private final ManualTicks clientTicks = new ManualTicks(Duration.ofSeconds(5));

    /** What a test wants otherwise. */
    static final class Options {
        private Limits limits =
                Limits.builder().waitingPerAddress(0).circuitsPerAddress(0).build();
        private ChannelSettings settings = ChannelSettings.DEFAULT;
        private Authoriser authoriser = Authoriser.OPEN;
        private Duration tick = Duration.ofSeconds(5);
        private boolean running;
        private Faults faults = Faults.none();
        private Consumer<Directory.Presence> announcing = presence -> {};
        private Consumer<Directory.Presence> announced = presence -> {};

        Options limits(Limits other) {
            limits = other;
            return this;
        }

        Options settings(ChannelSettings other) {
            settings = other;
            return this;
        }

        Options authoriser(Authoriser other) {
            authoriser = other;
            return this;
        }

        /** Of real time, for what is bounded in it. */
        Options tick(Duration length) {
            tick = length;
            return this;
        }

        /** The ticks run by themselves. */
        Options running(Duration length) {
            tick = length;
            running = true;
            return this;
        }

        /** A fault in the data path or the directory. */
        Options faults(Faults injected) {
            faults = injected;
            return this;
        }

        /** Runs on the thread of who is about to be announced, who has its place in the order already. */
        Options announcing(Consumer<Directory.Presence> first) {
            announcing = first;
            return this;
        }

        /** Runs on the thread of who was announced, who can be found from then on. */
        Options announced(Consumer<Directory.Presence> then) {
            announced = then;
            return this;
        }

        RelayFixture start() throws IOException {
            return new RelayFixture(this);
        }
    }

    static Options with() {
        return new Options();
    }

    static RelayFixture start() throws IOException {
        return with().start();
    }

    private RelayFixture(Options options) throws IOException {
        ticks = new ManualTicks(options.tick);
        OffsetServer.Builder builder =
                OffsetServer.builder(RELAY).settings(options.settings).authoriser(options.authoriser);
        server = (options.running ? builder.tick(options.tick) : builder.ticks(ticks)).build();
        dataPath = Splicer.start();
        names = new Names(options);
        var moving = new FaultyDataPath(dataPath, options.faults);
        RelayServices single = RelayServices.singleNode(moving, options.limits, events::add);
        services = new RelayServices(
                moving,
                names,
                single.node(),
                single.waitingRoom(),
                single.admission(),
                single.connections(),
                single.circuits(),
                events::add,
                single.clock());
        relay = Relay.builder()
                .dialect(new Watching())
                .services(services)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start();
    }

    /** The dialect, with its streams looked at. */
    private final class Watching implements Dialect {
        @Override
        public String name() {
            return server.name();
        }

        @Override
        public Service open(RelayServices shared) {
            OffsetService opened = server.open(shared);
            service.set(opened);
            return new WatchingService(opened);
        }
    }

    private final class WatchingService implements Service, ConnectionHandler {
        private final OffsetService watched;

        WatchingService(OffsetService watched) {
            this.watched = watched;
        }

        @Override
        public List<Entrance> entrances() {
            return List.of(new Entrance.FirstBytes(new OffsetDetector(), this));
        }

        @Override
        public void serve(Inbound connection) throws IOException {
            var observed = new Observed(
                    connection.stream(),
                    () -> countedAtCloses.add(services.connections().open()));
            served.put(connection.remote(), observed);
            watched.serve(connection.with(observed));
        }

        @Override
        public void refuse(Inbound connection, Reason why, String detail) {
            watched.refuse(connection, why, detail);
        }

        @Override
        public void drain() {
            watched.drain();
        }

        @Override
        public void close() {
            watched.close();
        }

        @Override
        public List<String> addresses(List<String> hosts) {
            return watched.addresses(hosts);
        }
    }

    /** A directory that can be asked whether anybody is left. */
    private static final class Names implements Directory {
        private final FaultyDirectory directory;
        private final Consumer<Presence> announcing;
        private final Consumer<Presence> announced;

        Names(Options options) {
            directory = new FaultyDirectory(options.faults);
            announcing = options.announcing;
            announced = options.announced;
        }

        @Override
        public Meeting meet(Presence presence) {
            throw new AssertionError("Offset's clients do not meet by a common name");
        }

        @Override
        public Optional<Presence> match(String dialect, String name, Role role) {
            throw new AssertionError("Offset's clients do not meet by a common name");
        }

        @Override
        public Placing announce(Presence presence) {
            announcing.accept(presence);
            Placing placing = directory.announce(presence);
            announced.accept(presence);
            return placing;
        }

        @Override
        public Optional<Presence> find(String dialect, String name) {
            return directory.find(dialect, name);
        }

        @Override
        public void restore(Presence presence) {
            directory.restore(presence);
        }

        @Override
        public boolean withdraw(Presence presence) {
            return directory.withdraw(presence);
        }

        List<Presence> left() {
            return directory.there();
        }
    }

    Relay relay() {
        return relay;
    }

    RelayServices services() {
        return services;
    }

    /** The relay's. */
    ManualTicks ticks() {
        return ticks;
    }

    /** Those of all clients. */
    ManualTicks clientTicks() {
        return clientTicks;
    }

    Ed25519PublicKey key() {
        return RELAY.publicKey();
    }

    /** A connection to the relay. */
    Observed dial() throws IOException {
        return new Observed(new TcpStream(SocketChannel.open(relay.address())));
    }

    /** How many connections were counted each time when the relay was about to close the descriptor of one. */
    List<Long> countedAtCloses() {
        return List.copyOf(countedAtCloses);
    }

    /** Waits until the relay has read so many bytes of a client, and waits for more. */
    void awaitRead(Observed client, long bytes) {
        InetSocketAddress address = client.localAddress().orElseThrow();
        await().until(() -> {
            Observed far = served.get(address);
            return far != null && far.isThroughWith(bytes);
        });
    }

    void track(TestClient client) {
        clients.add(client);
    }

    static ConditionFactory await() {
        return Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2));
    }

    /** Waits until the relay has done its work with all that came on a connection. */
    void awaitProcessed(Observed client) {
        InetSocketAddress address = client.localAddress().orElseThrow();
        await().until(() -> {
            Observed far = served.get(address);
            return far != null && far.isThroughWith(client.written());
        });
    }

    /** Waits until a client, which must be receiving, has heard all that the relay has said to it. */
    void awaitHeard(Observed client) {
        Observed near = far(client);
        await().until(() -> client.isThroughWith(near.written()));
    }

    /** What the relay has said to a client, in bytes. */
    long written(Observed client) {
        return far(client).written();
    }

    /** Waits until the relay stands still within a write to the acceptor, and so reads no more of the connector. */
    void awaitStalled(TestClient.Tunnel tunnel) {
        awaitStalled(tunnel.connector(), tunnel.acceptor());
    }

    /** The same of either direction. */
    void awaitStalled(TestClient source, TestClient sink) {
        Observed from = far(source.stream());
        Observed to = far(sink.stream());
        for (int still = 0; still < 30; ) {
            still = to.isWriting() && !from.isReading() ? still + 1 : 0;
            LockSupport.parkNanos(10_000_000);
        }
    }

    private Observed far(Observed client) {
        InetSocketAddress address = client.localAddress().orElseThrow();
        return Objects.requireNonNull(served.get(address), "it was not served");
    }

    /** A connection in memory, served like any other; the near end of it. */
    ByteStream dialInMemory(Link link) {
        MemoryPair pair = MemoryPair.create(link);
        var from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        var leg = new Inbound(
                pair.right(), from, Optional.of(from), ConnectionPermit.uncounted(), Duration.ofSeconds(10));
        Thread.ofVirtual().name("served in memory").start(() -> {
            try {
                service.get().serve(leg);
            } catch (IOException e) {
                leg.abort();
                events.add(new RelayEvent.Refused(
                        Optional.of(OffsetServer.NAME),
                        from,
                        OffsetService.reasonOf(e),
                        String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                events.add(new RelayEvent.Fault("serving in memory", e));
            }
        });
        return pair.left();
    }

    <E extends RelayEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Waits for the n-th event of a kind, the first being 1. */
    <E extends RelayEvent> E awaitEvent(Class<E> kind, int number) {
        return await().until(() -> events(kind), list -> list.size() >= number).get(number - 1);
    }

    /** Waits for a refusal for this reason. */
    RelayEvent.Refused awaitRefusal(Reason reason) {
        return await().until(
                        () -> events(RelayEvent.Refused.class).stream()
                                .filter(refused -> refused.reason() == reason)
                                .toList(),
                        list -> !list.isEmpty())
                .getLast();
    }

    /** Why waits have ended, in order. */
    List<Reason> ends(Role role) {
        return events(RelayEvent.WaitEnded.class).stream()
                .filter(ended -> ended.role() == role)
                .map(RelayEvent.WaitEnded::reason)
                .toList();
    }

    /** Waits until so many waits of a role have ended. */
    List<Reason> awaitEnds(Role role, int count) {
        return await().until(() -> ends(role), list -> list.size() >= count);
    }

    int starts(Role role) {
        return (int) events(RelayEvent.WaitStarted.class).stream()
                .filter(started -> started.role() == role)
                .count();
    }

    /** Waits until nobody waits, and nothing runs or counts. */
    void assertNobodyIsLeft() {
        await().untilAsserted(() -> {
            assertThat(services.waitingRoom().size()).as("waiting room").isZero();
            assertThat(services.admission().waiting()).as("places to wait").isZero();
            assertThat(services.admission().circuits())
                    .as("places for circuits")
                    .isZero();
            assertThat(services.circuits().running()).as("circuits").isEmpty();
            assertThat(names.left()).as("directory").isEmpty();
            assertThat(service.get().isQuiet()).as("nobody arrives or is held").isTrue();
            assertThat(ticks.registered()).as("who counts ticks").isZero();
            assertThat(relay.connections()).as("connections").isZero();
        });
    }

    /** Everything that began has ended, once. */
    void assertEventsBalance() {
        Map<List<Object>, Integer> waits = new HashMap<>();
        Map<Long, List<String>> circuits = new HashMap<>();
        for (RelayEvent event : events) {
            switch (event) {
                case RelayEvent.WaitStarted started ->
                    waits.merge(List.of(started.role(), started.name()), 1, Integer::sum);
                case RelayEvent.WaitEnded ended -> {
                    List<Object> who = List.of(ended.role(), ended.name());
                    assertThat(waits.merge(who, -1, Integer::sum))
                            .as("%s ended more often than it started", who)
                            .isNotNegative();
                }
                case RelayEvent.Met met ->
                    circuits.computeIfAbsent(met.circuit(), n -> new ArrayList<>())
                            .add("met");
                case RelayEvent.NotRelayed not ->
                    circuits.computeIfAbsent(not.circuit(), n -> new ArrayList<>())
                            .add("not relayed");
                case RelayEvent.CircuitOpened opened ->
                    circuits.computeIfAbsent(opened.circuit(), n -> new ArrayList<>())
                            .add("opened");
                case RelayEvent.CircuitClosed closed ->
                    circuits.computeIfAbsent(closed.circuit(), n -> new ArrayList<>())
                            .add("closed");
                case RelayEvent.Fault fault -> throw new AssertionError(fault.doing(), fault.cause());
                default -> {}
            }
        }
        assertThat(waits.values())
                .as("waits that did not end")
                .containsOnly(waits.isEmpty() ? new Integer[0] : new Integer[] {0});
        Set<List<String>> kinds = new HashSet<>(circuits.values());
        kinds.remove(List.of("met", "opened", "closed"));
        kinds.remove(List.of("met", "not relayed"));
        assertThat(kinds).as("circuits' events").isEmpty();
        assertThat(events(RelayEvent.WaitEnded.class).stream()
                        .filter(ended -> ended.role() == Role.DIALER && ended.reason() == Reason.COMPLETED)
                        .count())
                .isEqualTo(circuits.size());
    }

    static NameTag tag(Ed25519PublicKey listener) {
        return NameTag.of(listener.toString());
    }

    /** Every client goes away without a word. */
    void abortClients() {
        clients.forEach(TestClient::abort);
    }

    @Override
    public void close() {
        abortClients();
        try {
            assertNobodyIsLeft();
            assertEventsBalance();
            assertThat(clientTicks.registered()).as("clients that count ticks").isZero();
        } finally {
            relay.close();
            dataPath.close();
        }
    }

    /** The same without a look at what is left: a test that closed the relay itself has looked. */
    void closeUnchecked() {
        clients.forEach(TestClient::abort);
        relay.close();
        dataPath.close();
    }
}
