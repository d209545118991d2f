package dev.posthouse.interop.rdv;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Our server, in this process, with its events. */
final class OurServer implements LiveServer {

    private static final NetworkBlocks LOOPBACK = NetworkBlocks.parse(List.of("127.0.0.0/8"));

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Settings settings;
    private final Relay relay;
    private final List<RelayEvent> events;

    private OurServer(Settings settings, Relay relay, List<RelayEvent> events) {
        this.settings = settings;
        this.relay = relay;
        this.events = events;
    }

    static OurServer start(Settings settings) throws IOException {
        return start(settings, RdvServer.builder(), Relay.builder(), Limits.builder());
    }

    /** Starts one with more than the settings say: the builders come with what is wanted besides. */
    static OurServer start(Settings settings, RdvServer.Builder rdv, Relay.Builder relay, Limits.Builder limits)
            throws IOException {
        if (!settings.path().isEmpty()) {
            rdv.path(settings.path());
        }
        if (settings.forwarded()) {
            rdv.forwardedFrom(LOOPBACK).forwardedPortHeader("Posthouse-Peer-Port");
        }
        if (settings.tls().isPresent()) {
            relay.tls(TlsServer.fromPem(
                    settings.tls().get().chain(), settings.tls().get().key()));
        }
        var events = new CopyOnWriteArrayList<RelayEvent>();
        return new OurServer(
                settings,
                relay.dialect(rdv.build())
                        .limits(limits.lobby(settings.lobby())
                                .idle(settings.idle())
                                .build())
                        .events(events::add)
                        .listen(new InetSocketAddress(InetAddress.ofLiteral(settings.host()), 0))
                        .start(),
                events);
    }

    @Override
    public InetSocketAddress address() {
        return relay.address();
    }

    @Override
    public URI uri() {
        return settings.uri(relay.address());
    }

    /** Waits for an event. */
    <E extends RelayEvent> E await(Class<E> kind, Predicate<E> fits) {
        var found = new AtomicReference<Optional<E>>(Optional.empty());
        try {
            Awaitility.await(kind.getSimpleName())
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        found.set(events.stream()
                                .filter(kind::isInstance)
                                .map(kind::cast)
                                .filter(fits)
                                .findFirst());
                        return found.get().isPresent();
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no such " + kind.getSimpleName() + " among " + events, e);
        }
        return found.get().orElseThrow();
    }

    @Override
    public void awaitWaiting(String token) {
        await(RelayEvent.WaitStarted.class, event -> event.name().equals(NameTag.of(token)));
    }

    @Override
    public Choice choice(String token) {
        NameTag tag = NameTag.of(token);
        RelayEvent chosen = await(RelayEvent.class, event -> switch (event) {
            case RelayEvent.NotRelayed no -> no.name().equals(tag);
            case RelayEvent.CircuitOpened yes -> yes.name().equals(tag);
            default -> false;
        });
        return switch (chosen) {
            case RelayEvent.NotRelayed no -> {
                if (no.reason() != Reason.DIRECT) {
                    throw new AssertionError("no route was chosen: " + no);
                }
                yield new Choice(Way.DIRECT, no.direct().map(direct -> AddressPort.of(direct)
                        .toString()));
            }
            default -> new Choice(Way.RELAYED, Optional.empty());
        };
    }

    @Override
    public Carried carried(String token) {
        RelayEvent.CircuitClosed closed =
                await(RelayEvent.CircuitClosed.class, event -> event.name().equals(NameTag.of(token)));
        return new Carried(closed.dialerBytes(), closed.acceptorBytes(), closed.reason() == Reason.COMPLETED);
    }

    @Override
    public void shutDown() {
        try {
            relay.drain(Duration.ofMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        relay.close();
        events.forEach(event -> {
            if (event instanceof RelayEvent.Fault fault) {
                throw new AssertionError("our fault while " + fault.doing(), fault.cause());
            }
        });
    }
}
