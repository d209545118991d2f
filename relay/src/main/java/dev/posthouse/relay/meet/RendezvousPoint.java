package dev.posthouse.relay.meet;

import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.meet.Directory.Presence;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What it takes to wait on this node and to be found.
 *
 * @param directory who waits for whom
 * @param node this node's name in the directory
 * @param room this node's waiting connections
 * @param admission how many may wait
 * @param events notified of the beginning and the end of each wait
 * @param clock the time of day, for expiries
 */
public record RendezvousPoint(
        Directory directory,
        String node,
        WaitingRoom room,
        Admission admission,
        RelayListener events,
        InstantSource clock) {

    /** Whether it waits at this node. */
    boolean isHere(Presence presence) {
        return presence.node().equals(node);
    }

    /** How the directory is to know somebody who waits here. */
    Presence presence(String dialect, WaitRequest request, long slot, long arrival) {
        return new Presence(
                dialect,
                request.name(),
                request.role(),
                request.offer(),
                node,
                slot,
                arrival,
                request.limit().map(limit -> clock.instant().plus(limit)).orElse(Instant.MAX));
    }

    /**
     * Takes somebody out of the directory who is about to end, whatever that costs: what is thrown is told and tried once more, so that
     * it never keeps anybody from giving back the rest.
     */
    void withdraw(Presence presence) {
        for (int attempt = 1; attempt <= 2; attempt++) {
            try {
                directory.withdraw(presence);
                return;
            } catch (RuntimeException | Error e) {
                events.on(new RelayEvent.Fault("taking a name out of the directory", e));
            }
        }
    }
}
