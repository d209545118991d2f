package dev.posthouse.offset.server;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Offer;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.relay.meet.Taking;
import dev.posthouse.relay.meet.WaitingRoom;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Who listens, who waits for whom, who is joined (spec 7.3), with the original's defects mended where its clients do not
 * notice (spec 13.1): the newest listen channel and the newest connection of a pair win, a connector that goes away is
 * noticed, callers that come at once wait in a queue.
 *
 * <p>Thread-safe; holds no lock. Every half tunnel and every listen channel ends exactly once, by whoever comes first.
 */
final class Switchboard {

    /** A connector is held for 200 ms at most: a hundred times what a set-up takes, and not long for who is refused. */
    private static final int HOLDS_PER_TICK = 5;

    private static final String NOBODY = "nobody listens under that key";
    private static final String OTHER_AGE = "its listener speaks another age's protocol inside tunnels";

    private final RelayServices services;
    private final ChannelSettings settings;
    private final Ticks ticks;
    private final int longestQueue;
    private final Executor threads;
    private final Function<PublicKey, NameTag> tags;
    private final Arrivals arrivals = new Arrivals();
    private volatile boolean closed;

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
            Function<PublicKey, NameTag> tags) {
        this.services = services;
        this.settings = settings;
        this.ticks = ticks;
        this.longestQueue = longestQueue;
        this.threads = threads;
        this.tags = tags;
    }

    boolean closed() {
        return closed;
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
        Optional<Permit> place = placeToWait(client);
        if (place.isEmpty()) {
            return;
        }
        long slot = services.waitingRoom().reserve();
        var presence = presence(listenerName(client.key()), Role.ACCEPTOR, slot, Instant.MAX);
        var listener = new ListenChannel(this, client, presence, place.get(), longestQueue, threads);
        // Said first: once it is parked its end may be said.
        services.events().on(waitStarted(client, Role.ACCEPTOR, client.key()));
        Reason reason = Reason.INTERNAL;
        try {
            services.waitingRoom().park(slot, listener, () -> listener);
            switch (services.directory().announce(presence)) {
                case Meeting.Superseded newer -> {
                    reason = Reason.REPLACED;
                    return;
                }
                case Meeting.Waiting waiting -> {
                    arrivals.listens(client.key());
                    arrival.close();
                    if (waiting.replaced().isPresent()) {
                        replaceListener(waiting.replaced().get(), listener);
                    }
                }
            }
            if (closed) {
                // Closed since we looked: whoever closed it may have passed this slot by.
                close();
            }
            reason = Reason.PEER_GONE;
            listener.run(half -> end(half, Reason.REJECTED));
        } catch (IOException e) {
            reason = OffsetService.reasonOf(e);
        } finally {
            end(listener, reason);
        }
    }

    private void replaceListener(Presence older, ListenChannel newer) throws InterruptedException {
        if (!(services.take(older) instanceof Taking.Here here)
                || !(here.taken().waiter() instanceof ListenChannel old)) {
            return;
        }
        waitEnded(old, Reason.REPLACED);
        try {
            for (HalfTunnel half : old.calling().values()) {
                if (old.calling().remove(half.from(), half)) {
                    moved(newer, half);
                }
            }
        } finally {
            old.client().dismiss();
        }
    }

    /** What fails here costs the one who calls, not the listener or the others. */
    private void moved(ListenChannel newer, HalfTunnel half) {
        try {
            call(newer, half);
        } catch (RuntimeException | Error e) {
            services.events().on(new RelayEvent.Fault("moving a caller to its listener's new channel", e));
            end(half, Reason.INTERNAL);
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
                end(half, Reason.PROTOCOL_ERROR);
                return;
            }
            half.moveTo(listener);
            // Calls of one pair may cross here: the one that came later stays, and has ended the other, or is about to.
            listener.calling()
                    .merge(
                            half.from(),
                            half,
                            (there, mine) -> mine.presence().isOlderThan(there.presence()) ? there : mine);
            if (half.over()) {
                listener.calling().remove(half.from(), half);
                return;
            }
            if (!listener.over()) {
                if (!listener.tell(half.from())) {
                    refused(half.client(), Reason.LIMIT_PEER, "its listener has not fetched the notices of others");
                    end(half, Reason.LIMIT_PEER);
                }
                return;
            }
            if (!listener.calling().remove(half.from(), half)) {
                return;
            }
            Optional<ListenChannel> newer = listener(half.to());
            if (newer.isEmpty() || newer.get().equals(listener)) {
                end(half, Reason.NO_PEER);
                return;
            }
            listener = newer.get();
        }
    }

    /** Serves a connect channel until it is joined or ends, on the calling thread. */
    void connect(Client client, Arrivals.Arrival arrival, PublicKey to) throws InterruptedException {
        arrival.close();
        if (listener(to).isEmpty()
                && !arrivals.mayBring(to, arrival)
                && listener(to).isEmpty()) {
            refuse(client, Reason.NO_PEER, NOBODY);
            return;
        }
        Optional<Permit> granted = placeToWait(client);
        if (granted.isEmpty()) {
            return;
        }
        try (Permit place = granted.get()) {
            Optional<ListenChannel> found = awaitListener(to);
            if (found.isEmpty()) {
                refuse(client, Reason.NO_PEER, NOBODY);
            } else if (found.get().client().age() != client.age()) {
                refuse(client, Reason.PROTOCOL_ERROR, OTHER_AGE);
            } else {
                connect(client, to, found.get(), place);
            }
        }
    }

    /** Who listens under a key; if nobody does yet, whoever does in a moment. */
    private Optional<ListenChannel> awaitListener(PublicKey key) throws InterruptedException {
        try (Arrivals.Hold hold = arrivals.hold(key)) {
            Optional<ListenChannel> found = listener(key);
            if (found.isPresent() || !hold.await(ticks.length().dividedBy(HOLDS_PER_TICK))) {
                return found;
            }
            return listener(key);
        }
    }

    /** @param place taken over */
    private void connect(Client client, PublicKey to, ListenChannel listener, Permit place)
            throws InterruptedException {
        long slot = services.waitingRoom().reserve();
        Duration limit = ticks.length().multipliedBy(settings.keepAliveTicks());
        var presence = presence(
                halfTunnelName(client.key(), to),
                Role.DIALER,
                slot,
                services.clock().instant().plus(limit));
        var half = new HalfTunnel(
                this,
                client,
                to,
                listener,
                presence,
                place,
                ticks,
                settings.keepAliveTicks(),
                expired -> threads.execute(() -> end(expired, Reason.NO_PEER)));
        services.events().on(waitStarted(client, Role.DIALER, to));
        boolean waits = false;
        try {
            services.waitingRoom().park(slot, half, half::start);
            switch (services.directory().announce(presence)) {
                case Meeting.Superseded newer -> {
                    end(half, Reason.REPLACED);
                    return;
                }
                case Meeting.Waiting waiting -> {
                    if (waiting.replaced().isPresent()) {
                        take(waiting.replaced().get(), Reason.REPLACED)
                                .ifPresent(replaced -> replaced.client().dismiss());
                    }
                    call(listener, half);
                }
            }
            if (closed) {
                close();
            }
            waits = true;
        } finally {
            if (!waits) {
                end(half, Reason.INTERNAL);
            }
        }
        if (!half.messages().watch()) {
            end(half, half.messages().failure().map(OffsetService::reasonOf).orElse(Reason.PEER_GONE));
        }
    }

    /** Who listens under a key. An older channel that is being replaced is not it. */
    private Optional<ListenChannel> listener(PublicKey key) {
        Optional<Presence> seen = Optional.empty();
        while (true) {
            Optional<Presence> now = services.directory().find(OffsetServer.NAME, listenerName(key));
            if (now.isEmpty() || now.equals(seen)) {
                return Optional.empty();
            }
            if (services.find(now.get()).orElse(null) instanceof ListenChannel listener) {
                return Optional.of(listener);
            }
            seen = now;
        }
    }

    /** Joins an accept channel with the half tunnel that it is for. */
    void accept(Client client, PublicKey from) throws InterruptedException {
        Optional<Presence> presence = services.directory().find(OffsetServer.NAME, halfTunnelName(from, client.key()));
        if (presence.isPresent()
                && services.find(presence.get()).orElse(null) instanceof HalfTunnel waiting
                && waiting.client().age() != client.age()) {
            refuse(client, Reason.PROTOCOL_ERROR, "whom it accepts speaks another age's protocol inside tunnels");
            return;
        }
        Optional<HalfTunnel> taken = presence.isEmpty() ? Optional.empty() : take(presence.get(), Reason.COMPLETED);
        if (taken.isEmpty()) {
            refuse(client, Reason.NO_PEER, "it accepts somebody who does not wait for it");
            return;
        }
        HalfTunnel half = taken.get();
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
                        connector.leg().party().shown(),
                        client.leg().party().shown()));
        Duration waited = Duration.ofNanos(System.nanoTime() - half.startNanos());
        switch (services.admission().admitCircuit(connector.addressKey(), client.addressKey())) {
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
                                List.of(),
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

    /** Takes a half tunnel out, for whoever comes first. */
    private Optional<HalfTunnel> take(Presence presence, Reason why) throws InterruptedException {
        if (!(services.take(presence) instanceof Taking.Here here)
                || !(here.taken().waiter() instanceof HalfTunnel half)) {
            return Optional.empty();
        }
        services.withdraw(presence);
        half.listener().calling().remove(half.from(), half);
        waitEnded(half, why);
        return Optional.of(half);
    }

    /** Ends a half tunnel, unless it has ended. */
    private void end(HalfTunnel half, Reason reason) {
        if (!half.leave()) {
            return;
        }
        services.waitingRoom().leave(half.presence().slot());
        services.withdraw(half.presence());
        half.listener().calling().remove(half.from(), half);
        waitEnded(half, reason);
        half.client().dismiss();
    }

    /** Ends a listen channel, unless it has ended, and all who wait for its answer; running tunnels go on. */
    private void end(ListenChannel listener, Reason reason) {
        if (!listener.leave()) {
            return;
        }
        services.waitingRoom().leave(listener.presence().slot());
        services.withdraw(listener.presence());
        waitEnded(listener, reason);
        listener.client().dismiss();
        for (HalfTunnel half : listener.calling().values()) {
            if (listener.calling().remove(half.from(), half)) {
                end(half, Reason.NO_PEER);
            }
        }
    }

    /** Sends away everybody who listens or waits, and whoever comes; tunnels go on. */
    void close() {
        closed = true;
        try {
            // Those who wait first: the end of their listeners would send them away for another reason.
            for (WaitingRoom.Taken taken :
                    services.waitingRoom().takeAll(waiter -> waiter instanceof HalfTunnel half && half.isOf(this))) {
                var half = (HalfTunnel) taken.waiter();
                services.withdraw(half.presence());
                waitEnded(half, Reason.SHUTDOWN);
                half.client().dismiss();
            }
            for (WaitingRoom.Taken taken : services.waitingRoom()
                    .takeAll(waiter -> waiter instanceof ListenChannel listener && listener.isOf(this))) {
                var listener = (ListenChannel) taken.waiter();
                services.withdraw(listener.presence());
                waitEnded(listener, Reason.SHUTDOWN);
                listener.client().dismiss();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Permit> placeToWait(Client client) {
        return switch (services.admission().admitWaiting(client.addressKey())) {
            case Admission.Answer.Granted granted -> Optional.of(granted.permit());
            case Admission.Answer.Denied denied -> {
                refuse(client, denied.reason(), denied.explanation());
                yield Optional.empty();
            }
        };
    }

    private void refuse(Client client, Reason reason, String why) {
        refused(client, reason, why);
        client.dismiss();
    }

    private void refused(Client client, Reason reason, String why) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(OffsetServer.NAME), client.leg().party().shown(), reason, why));
    }

    private Presence presence(String name, Role role, long slot, Instant expiry) {
        return new Presence(OffsetServer.NAME, name, role, Offer.NONE, services.node(), slot, slot, expiry);
    }

    private static String listenerName(PublicKey listener) {
        return listener.toString();
    }

    private static String halfTunnelName(PublicKey from, PublicKey to) {
        return to + "/" + from;
    }

    private RelayEvent waitStarted(Client client, Role role, PublicKey listener) {
        return new RelayEvent.WaitStarted(
                OffsetServer.NAME,
                role,
                tags.apply(listener),
                client.leg().party().shown());
    }

    private void waitEnded(ListenChannel listener, Reason reason) {
        waitEnded(Role.ACCEPTOR, listener.client().key(), reason, listener.startNanos());
    }

    private void waitEnded(HalfTunnel half, Reason reason) {
        waitEnded(Role.DIALER, half.to(), reason, half.startNanos());
    }

    private void waitEnded(Role role, PublicKey listener, Reason reason, long startNanos) {
        services.events()
                .on(new RelayEvent.WaitEnded(
                        OffsetServer.NAME,
                        role,
                        tags.apply(listener),
                        reason,
                        Duration.ofNanos(System.nanoTime() - startNanos)));
    }
}
