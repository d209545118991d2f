package dev.posthouse.net.connection;

import dev.posthouse.net.acknowledged.AbortReason;
import java.io.IOException;

/**
 * A connection to a peer, whichever way it runs: what holds of every kind. What it carries says {@link StreamConnection} or {@link
 * MessageConnection}.
 */
public interface Connection extends AutoCloseable {

    /** The route at this moment; it may change during a connection's life. */
    Route route();

    /** How the connection came about: a value, complete when the connection was handed out. */
    Report report();

    /**
     * Whether nobody on the way, a relay included, can read or change what is carried, and the peer has proved who it is. Where it is
     * false, what is sent should be protected already.
     */
    boolean encryptedEndToEnd();

    /** Gives the connection up, and tells the peer why where it can be told. Never blocks; {@link #close()} then waits for it. */
    void abort(AbortReason reason);

    /** Ends it in order. */
    @Override
    void close() throws IOException;
}
