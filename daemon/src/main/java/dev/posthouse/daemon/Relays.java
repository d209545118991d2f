package dev.posthouse.daemon;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ListenAddress;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.dialect.DialectModule;
import dev.posthouse.net.Reason;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.http.Forwarded;
import dev.posthouse.relay.circuit.Circuit;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Descriptors;
import dev.posthouse.relay.splice.Splicer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The relays of one daemon, one for each address on which it listens, on shared services: peers meet whichever address
 * they came to. Any thread.
 */
final class Relays implements AutoCloseable {

    /** For the last words to peers that were waiting; a dialect gives each two seconds. */
    private static final Duration FAREWELLS = Duration.ofMillis(2_500);

    /** For the ends of circuits that were cut to be told. */
    private static final Duration LAST_EVENTS = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final RelayServices services;
    private final List<Relay> relays = new ArrayList<>();

    private Relays(RelayServices services) {
        this.services = services;
    }

    /**
     * Listens on every address of the configuration.
     *
     * @param dialects what is served on each of them
     * @param beforeEvents gets the services before the first event happens
     * @throws IOException if one of the addresses cannot be listened on, naming it; nothing listens then
     */
    static Relays start(
            Configuration configuration,
            List<DialectModule.Prepared> dialects,
            Optional<TlsServer> tls,
            RelayListener events,
            Consumer<RelayServices> beforeEvents)
            throws IOException {
        var relays = new Relays(RelayServices.singleNode(Splicer.start(), configuration.limits(), events));
        beforeEvents.accept(relays.services);
        // One for all of them: what it advises is told once.
        var forwarded = new Forwarded(
                configuration.value(Settings.FORWARDED_TRUSTED),
                configuration.value(Settings.FORWARDED_HEADER),
                configuration.value(Settings.FORWARDED_PORT_HEADER));
        try {
            for (ListenAddress address : configuration.value(Settings.LISTEN)) {
                relays.relays.add(relays.listen(configuration, dialects, forwarded, tls, address));
            }
            return relays;
        } catch (IOException | RuntimeException e) {
            relays.close();
            throw e;
        }
    }

    private Relay listen(
            Configuration configuration,
            List<DialectModule.Prepared> dialects,
            Forwarded forwarded,
            Optional<TlsServer> tls,
            ListenAddress address)
            throws IOException {
        Relay.Builder builder = Relay.builder()
                .proxies(configuration.value(Settings.PROXY_TRUSTED))
                .speakForOthers(configuration
                        .value(Settings.PROXY_TRUSTED)
                        .and(configuration.value(Settings.FORWARDED_TRUSTED)))
                .forwarded(forwarded)
                .services(services);
        for (DialectModule.Prepared prepared : dialects) {
            builder = builder.dialect(prepared.dialect());
        }
        if (tls.isPresent()) {
            builder = builder.tls(tls.get());
        }
        try {
            return builder.listen(address.resolve()).start();
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + BindFailure.words(e), e);
        }
    }

    RelayServices services() {
        return services;
    }

    /** Where they listen, with the ports that the system chose. */
    List<InetSocketAddress> addresses() {
        return relays.stream().map(Relay::address).toList();
    }

    /** What clients are told of where a dialect is reached, as it writes it. */
    List<String> addresses(DialectModule.Prepared of) {
        String dialect = of.dialect().name();
        return relays.stream()
                .flatMap(relay -> relay.addresses(dialect, AdvertisedAddress.of(of.host(), relay.address())).stream())
                .distinct()
                .toList();
    }

    /** Open connections. */
    long connections() {
        return services.connections().open();
    }

    /** Circuits that run. */
    Collection<Circuit> circuits() {
        return services.circuits().running();
    }

    /** What the descriptor limit allows. */
    Descriptors descriptors() {
        return services.connections().descriptors();
    }

    /** Whether newcomers are turned away. */
    boolean draining() {
        return relays.stream().anyMatch(Relay::draining);
    }

    /**
     * Accepts nobody new, turns away who waits, and waits for circuits to finish and for pairs that met to choose.
     *
     * @param deadline how long
     * @return whether all had finished
     */
    boolean drain(Duration deadline) throws InterruptedException {
        long start = System.nanoTime();
        for (Relay relay : relays) {
            // Only the beginning of it: the others must not go on accepting while circuits finish.
            relay.drain(Duration.ZERO);
        }
        while (true) {
            long passed = System.nanoTime() - start;
            boolean busy = services.admission().circuits() > 0;
            boolean done = !busy && connections() == 0;
            if (done || passed >= (busy ? deadline : FAREWELLS).toNanos()) {
                return !busy;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("draining was interrupted");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Ends everything, and waits a moment until the ends of the circuits were told. */
    @Override
    public void close() {
        relays.forEach(Relay::close);
        services.circuits().endAll(Reason.SHUTDOWN);
        try {
            services.circuits().awaitNone(LAST_EVENTS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        services.dataPath().close();
    }
}
