package dev.posthouse.net.connection;

import java.io.IOException;
import java.util.Optional;

/**
 * How one dialect's addresses are reached, whatever the dialect: each dialect's client brings one.
 *
 * <p>Closing it ends what it keeps beside its connections, after what they have sent is on its way; it is closed after them.
 */
public interface AddressScheme extends AutoCloseable {

    /** The dialect's name: "rdv". */
    String name();

    /** Whether peers of this dialect find each other by a token; if not, giving one is an error. */
    default boolean takesToken() {
        return true;
    }

    /**
     * Reaches the peer that accepts.
     *
     * @param address one of this dialect's
     * @param token what the peers have agreed on, where the dialect uses one
     * @throws IllegalArgumentException if the address or the token is malformed, or a needed token is missing
     * @throws IOException if no connection came about
     */
    StreamConnection dial(String address, Optional<String> token) throws IOException;

    /**
     * Waits for peers that dial.
     *
     * @param token as {@link #dial}
     * @return the caller's to close, before the scheme
     * @throws IllegalArgumentException as {@link #dial}
     * @throws IOException if a relay to listen at was not reached, where the dialect keeps a connection to it
     */
    Listener listen(String address, Optional<String> token) throws IOException;

    /** Waits for the first peer that dials, and for nobody else; the same as {@link #dial} otherwise. */
    default StreamConnection accept(String address, Optional<String> token) throws IOException {
        try (Listener listener = listen(address, token)) {
            return listener.accept();
        }
    }

    @Override
    default void close() {}
}
