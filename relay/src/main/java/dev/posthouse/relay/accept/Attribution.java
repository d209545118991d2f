package dev.posthouse.relay.accept;

import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.util.Optional;

/** Whose one connection is, and whose peer's, as events say it: presumed, then known. For the thread that serves it. */
public final class Attribution {

    private final RelayListener events;
    private Optional<String> dialect = Optional.empty();
    private Optional<Inbound> named = Optional.empty();
    private boolean known;

    Attribution(RelayListener events) {
        this.events = events;
    }

    /** Empty as long as nobody can say. */
    public Optional<String> dialect() {
        return dialect;
    }

    /** Counts what goes wrong as this dialect's for now; empty for nobody's. */
    public void presume(Optional<String> owner) {
        dialect = owner;
    }

    /** A proxy in front has named its peer: what goes wrong from now on is that peer's. */
    public void namedAs(Inbound connection) {
        named = Optional.of(connection);
    }

    /** The connection as far as its peer is known. */
    Inbound of(Inbound connection) {
        return named.orElse(connection);
    }

    /** It is this dialect's from now on. The first time is told as {@link RelayEvent.Accepted}. */
    public void is(String owner, Inbound connection) {
        dialect = Optional.of(owner);
        if (!known) {
            known = true;
            events.on(new RelayEvent.Accepted(owner, connection.party().shown()));
        }
    }
}
