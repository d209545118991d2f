package dev.posthouse.rdv.server;

import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.meet.WaitRequest;
import dev.posthouse.relay.meet.WaitingPeers;
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
    private final WaitingPeers<RdvPeer> waiting;
    private final RouteChoice choice;

    Lobby(RelayServices services, PairHandler handler) {
        this.services = services;
        this.waiting = services.waitingPeers(RdvServer.NAME, RdvPeer.class);
        this.choice = new RouteChoice(services, handler, this);
    }

    /** Lets a peer in whose request is in order: it waits, or meets its partner on the calling thread. */
    void join(RdvPeer peer) throws InterruptedException {
        var request = new WaitRequest(
                peer.request().token(),
                peer.tag(),
                peer.request().method().role(),
                peer.offer(),
                Optional.of(services.admission().limits().lobby()));
        Optional<RdvPeer> partner = waiting.meet(peer, request, peer.arrival());
        if (partner.isPresent()) {
            choice.run(peer, partner.get());
        }
    }

    /** Sends away everybody who waits, and whoever comes. */
    void close() {
        waiting.close();
    }

    boolean closed() {
        return waiting.closed();
    }
}
