package dev.posthouse.relay.meet;

import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import java.time.InstantSource;

/**
 * What it takes to wait on this node and to be found.
 *
 * @param directory who waits for whom
 * @param node this node's name in the directory
 * @param room this node's waiting connections
 * @param admission how many may wait
 * @param events told of who waits, and of its end
 * @param clock the time of day, for expiries
 */
public record MeetingPlace(
        Directory directory,
        String node,
        WaitingRoom room,
        Admission admission,
        RelayListener events,
        InstantSource clock) {}
