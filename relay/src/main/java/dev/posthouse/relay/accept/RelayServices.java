package dev.posthouse.relay.accept;

import dev.posthouse.relay.circuit.Circuits;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Connections;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.Directory;
import dev.posthouse.relay.meet.MemoryDirectory;
import dev.posthouse.relay.meet.Taking;
import dev.posthouse.relay.meet.Waiter;
import dev.posthouse.relay.meet.WaitingRoom;
import dev.posthouse.relay.splice.DataPath;
import java.time.InstantSource;
import java.util.Optional;

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
     * Takes somebody out of the directory who is about to end, whatever that costs: what is thrown is told as a {@link
     * RelayEvent.Fault} and tried once more, so that it never keeps anybody from giving back the rest.
     */
    public void withdraw(Directory.Presence presence) {
        for (int attempt = 1; attempt <= 2; attempt++) {
            try {
                directory.withdraw(presence);
                return;
            } catch (RuntimeException | Error e) {
                events.on(new RelayEvent.Fault("taking a name out of the directory", e));
            }
        }
    }

    /**
     * Takes somebody out of the waiting room whom the directory has named.
     *
     * @throws RuntimeException see {@link WaitingRoom#take}
     * @throws InterruptedException if interrupted in the instant in which it arrives
     */
    public Taking take(Directory.Presence presence) throws InterruptedException {
        if (!presence.node().equals(node)) {
            return new Taking.Elsewhere(presence.node());
        }
        return waitingRoom.take(presence.slot()).<Taking>map(Taking.Here::new).orElseGet(Taking.Gone::new);
    }

    /** Who waits in this node's room as the directory has named it, without taking it; empty if it is gone, or on another node. */
    public Optional<Waiter> find(Directory.Presence presence) {
        return presence.node().equals(node) ? waitingRoom.find(presence.slot()) : Optional.empty();
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
