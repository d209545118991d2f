package dev.posthouse.cli.chime;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.meet.ActiveWait;
import dev.posthouse.relay.meet.WaitingPeer;
import java.util.Optional;

/** One of the names under which a connection can be called, for as long as it lasts. */
final class Reservation implements WaitingPeer {

    private final ChimeMux connection;
    private final String name;
    private volatile Optional<ActiveWait<Reservation>> wait = Optional.empty();

    Reservation(ChimeMux connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    void begin(ActiveWait<Reservation> begun) {
        wait = Optional.of(begun);
    }

    ChimeMux connection() {
        return connection;
    }

    /** Its connection has ended. */
    void end() {
        wait.ifPresent(begun -> begun.end(Reason.PEER_GONE, "its connection has ended"));
    }

    @Override
    public Party party() {
        return connection.party();
    }

    @Override
    public ByteStream stream() {
        return connection.stream();
    }

    @Override
    public void waitOver(ByteStream same, Reason why) {
        connection.forget(this);
    }

    @Override
    public void dismiss(Reason why, String detail) {
        connection.tell(Frames.Frame.of(Frames.Kind.GONE, 0, name + " " + why.label()));
    }
}
