package dev.posthouse.net.connection;

import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * Waits for peers that dial, one after another. Thread-safe. Ended by {@link #close}; connections that were handed out live on.
 */
public interface Listener extends AutoCloseable {

    /**
     * Waits for the next peer, for as long as the scheme's time limit says, counted anew for each.
     *
     * @return the caller's to close
     * @throws TimedOut if nobody came in that time
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException if the listener was closed or has ended, or this one connection did not come about, as {@link
     *     AddressScheme#dial} says
     */
    StreamConnection accept() throws IOException;

    /** Whoever waits in {@link #accept} gets an error. A second call does nothing. */
    @Override
    void close();
}
