package dev.posthouse.net.connection;

import dev.posthouse.net.ByteStream;
import java.io.IOException;

/** A connection to a peer, whichever way it runs. Closing it closes {@link #stream()}. */
public interface Connection extends AutoCloseable {

    /** The bytes. The same object at every call. */
    ByteStream stream();

    /** The route at this moment; it may change during a connection's life. */
    Route route();

    /** How the connection came about: a value, complete when the connection was handed out. */
    Report report();

    /**
     * Whether the whole way to the peer carries a half-close, so that ending one's own direction leaves the peer's
     * open. False where a relay or a peer on the way is known, or must be assumed, to close everything at the first end.
     */
    boolean carriesHalfClose();

    /**
     * Whether nobody on the way, a relay included, can read or change the bytes, and the peer has proved who it is. Where it
     * is false, what is sent should be protected already.
     */
    boolean encryptedEndToEnd();

    @Override
    void close() throws IOException;
}
