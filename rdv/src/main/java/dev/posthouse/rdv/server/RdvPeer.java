package dev.posthouse.rdv.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.accept.Farewell;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.WaitingPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One client whose connection was taken over: what it asked, its leg, and where it stands in the lobby.
 *
 * <p>Owned by one thread at a time: the one that serves its request, then the lobby, then the thread of the meeting.
 */
final class RdvPeer implements WaitingPeer {

    private final RdvRequest request;
    private final long arrival;
    private Inbound leg;

    /** @param arrival its place in the order of those that came */
    RdvPeer(RdvRequest request, Inbound leg, long arrival) {
        this.arrival = arrival;
        this.request = request;
        this.leg = leg;
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

    /** Its place in the order of those that came, which it keeps when it comes back from a dialer that had gone. */
    long arrival() {
        return arrival;
    }

    /** Sends it away after its connection was taken over. */
    void dismiss(Refusal refusal) {
        Farewell.say(leg, refusal.late());
    }

    /** Its request is not needed any more: it is counted no longer. */
    void forgetRequest() {
        leg.holding().give(request.head().cost());
    }

    @Override
    public ByteStream stream() {
        return leg.stream();
    }

    @Override
    public Party party() {
        return leg.party();
    }

    /** {@inheritDoc} What it goes on with is what the watch gave back. */
    @Override
    public void waitOver(ByteStream stream, Reason why) {
        leg = leg.with(stream);
    }

    @Override
    public void dismiss(Reason why, String detail) {
        dismiss(Refusal.ofWaiting(why, detail));
    }
}
