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
    Connection dial(String address, Optional<String> token) throws IOException;

    /** Waits for the peer that dials; the same as {@link #dial} otherwise. */
    Connection accept(String address, Optional<String> token) throws IOException;

    @Override
    default void close() {}
}
