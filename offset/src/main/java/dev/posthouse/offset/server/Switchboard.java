package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.WaitRequest;
import dev.posthouse.relay.meet.WaitingPeers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Who listens, who waits for whom, who is joined (spec 7.3), with the original's defects mended where its clients do not
 * notice (spec 13.1): the newest listen channel and the newest connection of a pair win, a connector that goes away is
 * noticed, callers that come at once wait in a queue.
 *
 * <p>Thread-safe; holds no lock.
 */
final class Switchboard {

    /** A connector is held for 200 ms at most: a hundred times what a set-up takes, and not long for who is refused. */
    private static final int HOLDS_PER_TICK = 5;

    private static final String NOBODY = "nobody listens under that key";
    private static final String FAILED = "the relay has failed";
    private static final String TOO_MANY = "its listener has not fetched the notices of others";
    private static final String OTHER_AGE = "its listener speaks another age's protocol inside tunnels";

    private final RelayServices services;
    private final ChannelSettings settings;
    private final Ticks ticks;
    private final int longestQueue;
    private final Executor threads;
    private final Function<Ed25519PublicKey, NameTag> tags;
    private final WaitingPeers<ListenChannel> listeners;
    private final WaitingPeers<HalfTunnel> halves;
    private final Arrivals arrivals = new Arrivals();

    /** @param longestQueue notices that wait for one listener at most */
    Switchboard(RelayServices services, ChannelSettings settings, Ticks ticks, int longestQueue) {
        this(services, settings, ticks, longestQueue, Thread::startVirtualThread, key -> NameTag.of(listenerName(key)));
    }

    /**
     * @param threads runs what may block on a thread of its own
     * @param tags what events call a listener
     */
    Switchboard(
            RelayServices services,
            ChannelSettings settings,
            Ticks ticks,
            int longestQueue,
            Executor threads,
            Function<Ed25519PublicKey, NameTag> tags) {
        this.services = services;
        this.settings = settings;
        this.ticks = ticks;
        this.longestQueue = longestQueue;
        this.threads = threads;
        this.tags = tags;
        this.listeners = services.waitingPeers(OffsetServer.NAME, ListenChannel.class);
        this.halves = services.waitingPeers(OffsetServer.NAME, HalfTunnel.class);
    }

    boolean closed() {
        return halves.closed();
    }

    /** Where a connection that comes is to say so first. */
    Arrivals arrivals() {
        return arrivals;
    }

    /**
     * Serves a listen channel until it ends, on the calling thread.
     *
     * @param arrival its connection's; closed when others find it
     */
    void listen(Client client, Arrivals.Arrival arrival) throws InterruptedException {
        var listener = new ListenChannel(client, longestQueue, threads);
        Optional<Permit> place = listeners.admit(listener);
        if (place.isEmpty()
                || !listeners.announce(
                        listener,
                        request(client.name(), client.key(), Role.ACCEPTOR, Optional.empty()),
                        place.get(),
                        listener::begin,
                        older -> replace(older, listener))) {
            return;
        }
        Reason reason = Reason.INTERNAL;
        try {
            arrivals.listens(client.key());
            arrival.close();
            listener.run();
            reason = Reason.PEER_GONE;
        } catch (IOException e) {
            reason = OffsetService.reasonOf(e);
        } finally {
            listener.waiting().end(reason, "its channel has ended");
        }
    }

    private void replace(ListenChannel older, ListenChannel newer) {
        try {
            older.handOver(half -> moved(newer, half));
        } finally {
            WaitingPeers.dismissReplaced(older);
        }
    }

    /** What fails here costs the one who calls, not the listener or the others. */
    private void moved(ListenChannel newer, HalfTunnel half) {
        try {
            call(newer, half);
        } catch (RuntimeException | Error e) {
            services.events().on(new RelayEvent.Fault("moving a caller to its listener's new channel", e));
            half.waiting().end(Reason.INTERNAL, FAILED);
        }
    }

    /**
     * Tells a listener of a half tunnel that is its own from now on. If the listener ends meanwhile, either whoever ends it
     * finds the half tunnel with it, or this does: who takes it out of there sees to it.
     */
    private void call(ListenChannel first, HalfTunnel half) {
        ListenChannel listener = first;
        while (true) {
            if (listener.client().age() != half.client().age()) {
                refused(half.client(), Reason.PROTOCOL_ERROR, OTHER_AGE);
                half.waiting().end(Reason.PROTOCOL_ERROR, OTHER_AGE);
                return;
            }
            half.moveTo(listener);
            listener.calledBy(half);
            if (half.waiting().isOver()) {
                listener.hungUp(half);
                return;
            }
            if (!listener.waiting().isOver()) {
                if (!listener.tell(half.from())) {
                    refused(half.client(), Reason.LIMIT_PEER, TOO_MANY);
                    half.waiting().end(Reason.LIMIT_PEER, TOO_MANY);
                }
                return;
            }
            if (!listener.hungUp(half)) {
                return;
            }
            Optional<ListenChannel> newer = listeners.find(listenerName(half.to()));
            if (newer.isEmpty() || newer.get().equals(listener)) {
                half.waiting().end(Reason.NO_PEER, NOBODY);
                return;
            }
            listener = newer.get();
        }
    }

    /** Serves a connect channel until it is joined or ends, on the calling thread. */
    void connect(Client client, Arrivals.Arrival arrival, Ed25519PublicKey to) throws InterruptedException {
        arrival.close();
        if (listener(to).isEmpty()
                && !arrivals.mayBring(to, arrival)
                && listener(to).isEmpty()) {
            refuseForWantOf(to, client);
            return;
        }
        var half = new HalfTunnel(client, to, ticks, settings.keepAliveTicks(), threads);
        Optional<Permit> granted = halves.admit(half);
        if (granted.isEmpty()) {
            return;
        }
        try (Permit place = granted.get()) {
            Optional<ListenChannel> found = awaitListener(to);
            if (found.isEmpty()) {
                refuseForWantOf(to, client);
            } else if (found.get().client().age() != client.age()) {
                refuse(client, Reason.PROTOCOL_ERROR, OTHER_AGE);
            } else {
                if (begin(half, found.get(), place) && !half.messages().watch()) {
                    half.waiting().end(half.brokenBy(), "it has left, or its channel has failed");
                }
            }
        }
    }

    private void refuseForWantOf(Ed25519PublicKey listener, Client client) {
        if (listeners.isElsewhere(listenerName(listener))) {
            refuse(client, Reason.ELSEWHERE, "its listener is at another node of this relay");
        } else {
            refuse(client, Reason.NO_PEER, NOBODY);
        }
    }

    /** Who listens under a key; if nobody does yet, whoever does in a moment. */
    private Optional<ListenChannel> awaitListener(Ed25519PublicKey key) throws InterruptedException {
        try (Arrivals.Hold hold = arrivals.hold(key)) {
            Optional<ListenChannel> found = listener(key);
            if (found.isPresent() || !hold.await(ticks.length().dividedBy(HOLDS_PER_TICK))) {
                return found;
            }
            return listener(key);
        }
    }

    /**
     * Has a connector wait for its listener's answer, and tells the listener.
     *
     * @param place given back when its wait is over
     * @return false if it waits no more already
     */
    boolean begin(HalfTunnel half, ListenChannel listener, Permit place) throws InterruptedException {
        Duration limit = ticks.length().multipliedBy(settings.keepAliveTicks());
        if (!halves.announce(
                half,
                request(halfTunnelName(half.from(), half.to()), half.to(), Role.DIALER, Optional.of(limit)),
                place,
                half::begin,
                WaitingPeers::dismissReplaced)) {
            return false;
        }
        boolean called = false;
        try {
            call(listener, half);
            called = true;
        } finally {
            if (!called) {
                half.waiting().end(Reason.INTERNAL, FAILED);
            }
        }
        return !half.waiting().isOver();
    }

    private Optional<ListenChannel> listener(Ed25519PublicKey key) {
        return listeners.find(listenerName(key));
    }

    /** Joins an accept channel with the half tunnel that it is for. */
    void accept(Client client, Ed25519PublicKey from) throws InterruptedException {
        Optional<HalfTunnel> waiting = halves.find(halfTunnelName(from, client.key()));
        if (waiting.isPresent() && waiting.get().client().age() != client.age()) {
            refuse(client, Reason.PROTOCOL_ERROR, "whom it accepts speaks another age's protocol inside tunnels");
            return;
        }
        if (waiting.isEmpty() || !waiting.get().waiting().take()) {
            refuse(client, Reason.NO_PEER, "it accepts somebody who does not wait for it");
            return;
        }
        try {
            join(waiting.get(), client);
        } catch (RuntimeException | Error e) {
            // This thread's own connection is seen to by whoever called; nobody else has the other.
            waiting.get().messages().abort();
            waiting.get().client().leg().abort();
            throw e;
        }
    }

    private void join(HalfTunnel half, Client client) {
        Client connector = half.client();
        // From here on what comes from one is held until the other takes it: whoever does not read pays for it.
        connector.channel().channel().holdFor(client.leg().holding());
        client.channel().channel().holdFor(connector.leg().holding());
        NameTag name = tags.apply(client.key());
        long number = services.circuits().nextNumber();
        services.events()
                .on(new RelayEvent.Met(
                        OffsetServer.NAME,
                        number,
                        name,
                        connector.party().shown(),
                        client.party().shown()));
        Duration waited = half.waiting().lasted();
        switch (services.admission().admitCircuit(connector.party(), client.party())) {
            case Admission.Answer.Denied denied -> {
                services.events()
                        .on(new RelayEvent.NotRelayed(
                                OffsetServer.NAME, number, name, denied.reason(), Optional.empty(), waited));
                connector.dismiss();
                client.dismiss();
            }
            case Admission.Answer.Granted granted ->
                services.circuits()
                        .open(new CircuitRequest(
                                OffsetServer.NAME,
                                number,
                                name,
                                connector.leg(),
                                client.leg(),
                                (terms, onEnd) ->
                                        services.dataPath().join(half.messages(), client.channel(), terms, onEnd),
                                granted.permit(),
                                CircuitTerms.NONE,
                                waited,
                                end -> {
                                    if (end.reason() == Reason.INTERNAL) {
                                        // Nothing may have carried them: then only their sockets are closed, and
                                        // keepalives would go on for ever.
                                        half.messages().abort();
                                        client.channel().abort();
                                    }
                                }));
        }
    }

    /** Sends away everybody who listens or waits, and whoever comes; tunnels go on. */
    void close() {
        // Those who wait first: the end of their listeners would send them away for another reason.
        halves.close();
        listeners.close();
    }

    private void refuse(Client client, Reason reason, String why) {
        refused(client, reason, why);
        client.dismiss();
    }

    private void refused(Client client, Reason reason, String why) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(OffsetServer.NAME), client.party().shown(), reason, why));
    }

    private WaitRequest request(String name, Ed25519PublicKey listener, Role role, Optional<Duration> limit) {
        return new WaitRequest(name, tags.apply(listener), role, Directory.Offer.NONE, limit);
    }

    private static String listenerName(Ed25519PublicKey listener) {
        return listener.toString();
    }

    private static String halfTunnelName(Ed25519PublicKey from, Ed25519PublicKey to) {
        return to + "/" + from;
    }
}
