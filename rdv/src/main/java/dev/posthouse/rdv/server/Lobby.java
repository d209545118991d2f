package dev.posthouse.rdv.server;

import dev.posthouse.net.Reason;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.relay.meet.Taking;
import dev.posthouse.relay.meet.WaitingRoom;
import dev.posthouse.relay.splice.WatchEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Who waits for whom (spec 3): the first of two waits, the second meets it, a newer one of the same method takes the older
 * one's place, for which it needs a place of its own. Unlike the original's, a peer that leaves in the instant its partner comes costs the partner nothing: it
 * goes on waiting (spec 10.2 #8).
 *
 * <p>Thread-safe; holds no lock.
 */
final class Lobby {

    private final RelayServices services;
    private final RouteChoice choice;
    private volatile boolean closed;

    Lobby(RelayServices services, PairHandler handler) {
        this.services = services;
        this.choice = new RouteChoice(services, handler, this);
    }

    /** Lets a peer in whose request is in order: it waits, or meets its partner on the calling thread. */
    void join(RdvPeer peer) throws InterruptedException {
        RdvRequest request = peer.request();
        while (true) {
            Optional<Presence> partner = services.directory()
                    .match(RdvServer.NAME, request.token(), request.method().role());
            if (partner.isEmpty()) {
                // Asked before it is in the directory: who is refused must not cost an older one its place there.
                Optional<Permit> place = admitted(peer);
                if (place.isEmpty()) {
                    return;
                }
                partner = enter(peer, place.get());
                if (partner.isEmpty()) {
                    return;
                }
            }
            switch (services.take(partner.get())) {
                case Taking.Here here -> {
                    choice.run(peer, took(here.taken(), Reason.COMPLETED));
                    return;
                }
                case Taking.Elsewhere elsewhere -> {
                    services.directory().restore(partner.get());
                    refuse(peer, Refusal.ELSEWHERE);
                    return;
                }
                case Taking.Gone gone -> {
                    // It left in this very instant: look again.
                }
            }
        }
    }

    /** A place to wait; if there is none, it was sent away. */
    private Optional<Permit> admitted(RdvPeer peer) {
        return switch (services.admission().admitWaiting(peer.leg().party().addressKey())) {
            case Admission.Answer.Granted granted -> Optional.of(granted.permit());
            case Admission.Answer.Denied denied -> {
                services.events()
                        .on(new RelayEvent.Refused(
                                Optional.of(RdvServer.NAME),
                                peer.leg().party().shown(),
                                denied.reason(),
                                denied.explanation()));
                peer.dismiss(new Refusal(503, denied.explanation(), denied.reason()));
                yield Optional.empty();
            }
        };
    }

    /** Lets it wait, or sends it away if the lobby is closed; if its partner has come meanwhile, that is what it gets. */
    private Optional<Presence> enter(RdvPeer peer, Permit place) {
        long slot = services.waitingRoom().reserve();
        boolean parked = false;
        Optional<Presence> announced = Optional.empty();
        Refusal refusal = Refusal.SHUTTING_DOWN;
        try {
            Presence presence = presence(peer, slot);
            switch (services.directory().meet(presence)) {
                case Meeting.Matched matched -> {
                    return Optional.of(matched.partner());
                }
                case Meeting.Superseded newer -> refusal = Refusal.REPLACED;
                case Meeting.Waiting waiting -> {
                    announced = Optional.of(presence);
                    waiting.replaced().ifPresent(this::replace);
                    if (!closed) {
                        park(peer, presence, place);
                        parked = true;
                        return Optional.empty();
                    }
                }
            }
        } finally {
            if (!parked) {
                announced.ifPresent(services::withdraw);
                place.close();
                services.waitingRoom().vacate(slot);
            }
        }
        refuse(peer, refusal);
        return Optional.empty();
    }

    private void refuse(RdvPeer peer, Refusal refusal) {
        services.events()
                .on(new RelayEvent.Refused(
                        Optional.of(RdvServer.NAME), peer.leg().party().shown(), refusal.reason(), refusal.body()));
        peer.dismiss(refusal);
    }

    private Presence presence(RdvPeer peer, long slot) {
        RdvRequest request = peer.request();
        Duration limit = services.admission().limits().lobby();
        return new Presence(
                RdvServer.NAME,
                request.token(),
                request.method().role(),
                peer.offer(),
                services.node(),
                slot,
                peer.arrival(),
                services.clock().instant().plus(limit));
    }

    private void park(RdvPeer peer, Presence presence, Permit place) {
        peer.enter(presence, place);
        services.events()
                .on(new RelayEvent.WaitStarted(
                        RdvServer.NAME,
                        presence.role(),
                        peer.tag(),
                        peer.leg().party().shown()));
        try {
            services.waitingRoom()
                    .park(presence.slot(), peer, services.admission().limits().lobby());
        } catch (RuntimeException | Error e) {
            counted(peer, Reason.INTERNAL);
            throw e;
        }
        if (closed) {
            // Closed since we looked: whoever closed it may have passed this slot by.
            close();
        }
    }

    private RdvPeer took(WaitingRoom.Taken taken, Reason why) {
        var peer = (RdvPeer) taken.waiter();
        peer.resume(taken.stream());
        counted(peer, why);
        return peer;
    }

    private void replace(Presence older) {
        try {
            if (services.take(older) instanceof Taking.Here here) {
                took(here.taken(), Reason.REPLACED).dismiss(Refusal.REPLACED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A peer's wait ended by itself: it spoke, ended, was too long here, or the relay goes down. */
    void left(RdvPeer peer, WatchEnd.Cause cause) {
        peer.presence().ifPresent(services::withdraw);
        Refusal refusal =
                switch (cause) {
                    case TIMED_OUT -> Refusal.NO_PEER;
                    case SHUTDOWN -> Refusal.SHUTTING_DOWN;
                    case READABLE -> Refusal.notIdle(spokeOrLeft(peer.leg()));
                };
        counted(peer, refusal.reason());
        peer.dismiss(refusal);
    }

    /** What made it readable. Does not block: there is something to read. */
    private static Reason spokeOrLeft(Inbound leg) {
        try {
            return leg.stream().read(ByteBuffer.allocate(1)) < 0 ? Reason.PEER_GONE : Reason.PROTOCOL_ERROR;
        } catch (IOException e) {
            return Reason.PEER_GONE;
        }
    }

    private void counted(RdvPeer peer, Reason why) {
        peer.leave();
        services.events()
                .on(new RelayEvent.WaitEnded(
                        RdvServer.NAME,
                        peer.request().method().role(),
                        peer.tag(),
                        why,
                        Duration.ofNanos(System.nanoTime() - peer.arrivedNanos())));
    }

    /** Sends away everybody who waits, and whoever comes. */
    void close() {
        closed = true;
        try {
            for (WaitingRoom.Taken taken :
                    services.waitingRoom().takeAll(waiter -> waiter instanceof RdvPeer peer && peer.isOf(this))) {
                RdvPeer peer = took(taken, Reason.SHUTDOWN);
                peer.presence().ifPresent(services::withdraw);
                peer.dismiss(Refusal.SHUTTING_DOWN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean closed() {
        return closed;
    }
}
