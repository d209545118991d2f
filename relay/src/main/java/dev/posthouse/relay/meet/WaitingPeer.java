package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.limit.Party;

/** A dialect's peer who can wait: what {@link WaitingPeers} asks of it. */
public interface WaitingPeer {

    /** Who it is: for limits and for logs. */
    Party party();

    /** What it is reached by. */
    ByteStream stream();

    /**
     * It waits no more: it was taken, or its wait ended. Called once for each wait, before anybody goes on with it or rejects it, by
     * whoever ended it; must not block.
     *
     * @param stream to go on with; of a silent wait it may be another object than {@link #stream} was
     * @param why it ended; {@link Reason#COMPLETED} if a partner took it
     */
    void waitOver(ByteStream stream, Reason why);

    /**
     * Rejects it in the dialect's words, if there are any, and closes its connection. Must not block.
     *
     * @param why as it is counted
     * @param detail one line for the peer and the log: no address, no name
     */
    void dismiss(Reason why, String detail);
}
