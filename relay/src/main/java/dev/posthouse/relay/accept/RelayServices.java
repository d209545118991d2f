package dev.posthouse.relay.accept;

import dev.posthouse.relay.circuit.Circuits;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Connections;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.MemoryDirectory;
import dev.posthouse.relay.meet.RendezvousPoint;
import dev.posthouse.relay.meet.WaitingPeer;
import dev.posthouse.relay.meet.WaitingPeers;
import dev.posthouse.relay.meet.WaitingRoom;
import dev.posthouse.relay.splice.DataPath;
import java.time.InstantSource;

/**
 * What the dialects of one relay share.
 *
 * @param dataPath moves bytes and watches who waits
 * @param directory who waits for whom
 * @param node this node's name in the directory
 * @param waitingRoom this node's waiting connections
 * @param admission limits
 * @param connections of all relays that have these services, and the memory that is held for them
 * @param circuits what runs
 * @param events told of everything
 * @param clock the time of day, for expiries
 */
public record RelayServices(
        DataPath dataPath,
        Directory directory,
        String node,
        WaitingRoom waitingRoom,
        Admission admission,
        Connections connections,
        Circuits circuits,
        RelayListener events,
        InstantSource clock) {

    /**
     * The peers of one kind who wait at a dialect.
     *
     * @param dialect its name
     * @param kind who waits under its names
     */
    public <P extends WaitingPeer> WaitingPeers<P> waitingPeers(String dialect, Class<P> kind) {
        return new WaitingPeers<>(
                dialect, kind, new RendezvousPoint(directory, node, waitingRoom, admission, events, clock));
    }

    /** Services of a single node, with a directory in memory. The data path stays the caller's to close. */
    public static RelayServices singleNode(DataPath dataPath, Limits limits, RelayListener events) {
        var admission = new Admission(limits);
        return new RelayServices(
                dataPath,
                new MemoryDirectory(),
                "local",
                new WaitingRoom(dataPath),
                admission,
                new Connections(admission),
                new Circuits(admission, events),
                events,
                InstantSource.system());
    }
}
