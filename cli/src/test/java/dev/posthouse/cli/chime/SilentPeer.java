package dev.posthouse.cli.chime;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.relay.accept.Farewell;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.meet.WaitingPeer;

/** Who waits in silence, with a connection of its own. */
final class SilentPeer implements WaitingPeer {

    private final Role role;
    private Inbound leg;

    SilentPeer(Inbound leg, Role role) {
        this.leg = leg;
        this.role = role;
    }

    Role role() {
        return role;
    }

    Inbound leg() {
        return leg;
    }

    @Override
    public Party party() {
        return leg.party();
    }

    @Override
    public ByteStream stream() {
        return leg.stream();
    }

    @Override
    public void waitOver(ByteStream stream, Reason why) {
        leg = leg.with(stream);
    }

    @Override
    public void dismiss(Reason why, String detail) {
        Farewell.say(leg, Frames.line("NO " + why.label()));
    }
}
