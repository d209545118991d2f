package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.limit.Permit;

/**
 * One peer's wait, from the moment at which it is told until it is taken or ends, exactly once.
 *
 * @param <P> who waits
 */
abstract sealed class Wait<P extends WaitingPeer> implements Waiter permits SilentWait, ActiveWait {

    private final WaitingPeers<P> owner;
    private final P peer;
    private final WaitRequest request;
    private final Directory.Presence presence;
    private final Permit place;
    private final long startNanos = System.nanoTime();

    Wait(WaitingPeers<P> owner, P peer, WaitRequest request, Directory.Presence presence, Permit place) {
        this.owner = owner;
        this.peer = peer;
        this.request = request;
        this.presence = presence;
        this.place = place;
    }

    final WaitingPeers<P> owner() {
        return owner;
    }

    final P peer() {
        return peer;
    }

    final WaitRequest request() {
        return request;
    }

    final Directory.Presence presence() {
        return presence;
    }

    /** Its place among those that wait. */
    final Permit place() {
        return place;
    }

    final long startNanos() {
        return startNanos;
    }

    @Override
    public final ByteStream stream() {
        return peer.stream();
    }
}
