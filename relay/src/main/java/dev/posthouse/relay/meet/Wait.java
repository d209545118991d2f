package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Permit;
import java.time.Duration;

/**
 * One peer's wait: see {@link WaitingPeers} for its states.
 *
 * @param <P> who waits
 */
abstract sealed class Wait<P extends WaitingPeer> implements Waiter permits SilentWait, ActiveWait {

    private final WaitingPeers<P> owner;
    private final P peer;
    private final NameTag tag;
    private final Directory.Presence presence;
    private final Permit permit;
    private final long startNanos = System.nanoTime();

    Wait(WaitingPeers<P> owner, P peer, WaitRequest request, Directory.Presence presence, Permit permit) {
        this.owner = owner;
        this.peer = peer;
        this.tag = request.tag();
        this.presence = presence;
        this.permit = permit;
    }

    final WaitingPeers<P> owner() {
        return owner;
    }

    final P peer() {
        return peer;
    }

    final Directory.Presence presence() {
        return presence;
    }

    /** Its permit to wait. */
    final Permit permit() {
        return permit;
    }

    final long startNanos() {
        return startNanos;
    }

    /** That it has begun. */
    final RelayEvent started(String dialect) {
        return new RelayEvent.WaitStarted(
                dialect, presence.role(), tag, peer.party().shown());
    }

    /** That it is over. */
    final RelayEvent ended(String dialect, Reason why) {
        return new RelayEvent.WaitEnded(
                dialect, presence.role(), tag, why, Duration.ofNanos(System.nanoTime() - startNanos));
    }

    @Override
    public final ByteStream stream() {
        return peer.stream();
    }
}
