package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.Waiter;
import dev.posthouse.relay.splice.WatchEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client whose connection was taken over: what it asked, its leg, and where it stands in the lobby.
 *
 * <p>Owned by one thread at a time: the one that serves its request, then the lobby, then the thread of the meeting.
 */
final class RdvPeer implements Waiter {

    private final RdvRequest request;
    private final Lobby lobby;
    private final long arrivedNanos = System.nanoTime();
    private final long arrival;
    private Inbound leg;
    private @Nullable Permit place;
    private Directory.@Nullable Presence presence;

    /** @param arrival its place in the order of those that came */
    RdvPeer(RdvRequest request, Inbound leg, Lobby lobby, long arrival) {
        this.arrival = arrival;
        this.request = request;
        this.leg = leg;
        this.lobby = lobby;
    }

    boolean isOf(Lobby one) {
        return lobby.equals(one);
    }

    RdvRequest request() {
        return request;
    }

    Inbound leg() {
        return leg;
    }

    NameTag tag() {
        return NameTag.of(request.token());
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    Optional<AddressPort> observed() {
        return leg.observed().map(AddressPort::of);
    }

    /** What its partner is told: its own candidates and where we see it, as they are (spec 2.6). */
    List<AddressPort> candidates() {
        var all = new ArrayList<>(request.selfAddrs());
        observed().ifPresent(all::add);
        return all;
    }

    Directory.Offer offer() {
        return new Directory.Offer(request.selfAddrs(), observed());
    }

    /** Goes on with another stream: the one that a watch gave back, or with bytes put back. */
    void resume(ByteStream stream) {
        leg = leg.with(stream);
    }

    /** Enters the lobby's books. */
    void enter(Directory.Presence as, Permit counted) {
        presence = as;
        place = counted;
    }

    /** Its place in the order of those that came, which it keeps when it comes back from a dialer that had gone. */
    long arrival() {
        return arrival;
    }

    /** Leaves the lobby's books: matched, or gone. */
    void leave() {
        Permit counted = place;
        if (counted != null) {
            counted.close();
        }
        place = null;
    }

    /** How the directory knows it, while it waits. */
    Optional<Directory.Presence> presence() {
        return Optional.ofNullable(presence);
    }

    /** Sends it away after its connection was taken over. */
    void dismiss(Refusal refusal) {
        Farewell.say(leg, refusal.late());
    }

    @Override
    public ByteStream stream() {
        return leg.stream();
    }

    @Override
    public void waitEnded(WatchEnd.Cause cause, ByteStream stream) {
        resume(stream);
        lobby.left(this, cause);
    }
}
