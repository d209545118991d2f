package dev.posthouse.net.dial;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Gets a stream to a host: over TCP, through a proxy, inside TLS, in memory. One may stand on another.
 *
 * <p>Thread-safe. Blocks the caller; interrupting it ends everything that was begun.
 */
@FunctionalInterface
public interface Dialer {

    /**
     * Connects.
     *
     * @param limit for everything together, names and handshakes too: positive; or {@link Duration#ZERO} for none but those of its parts
     * @return the caller's to close
     * @throws TimedOut if the limit passed; says what had not happened
     * @throws PeerUnreachable if there is no way to the host; names each that was tried, and why it failed
     * @throws InterruptedIOException if the thread was interrupted, which stays set
     * @throws IOException if something on the way, a proxy for one, said no or broke; nothing is left of it then
     */
    ByteStream dial(Target target, Duration limit) throws IOException;
}
