package dev.posthouse.net.connection;

import java.io.IOException;
import java.util.Optional;

/**
 * How one dialect's addresses are recognised and reached: each dialect's client brings one, and the command line asks
 * them in turn.
 *
 * <p>Closing it ends what it keeps beside its connections, after what they have sent is on its way; it is closed after them.
 */
public interface AddressScheme extends AutoCloseable {

    /** The dialect's name: "rdv". */
    String name();

    /** One line for help texts: the form of the addresses, and what they mean. */
    String form();

    /** Whether {@code address} is one of this dialect's. Looks at the text alone. */
    boolean recognises(String address);

    /** Whether peers of this dialect find each other by a token; if not, giving one is an error. */
    default boolean takesToken() {
        return true;
    }

    /**
     * Reaches the peer that accepts.
     *
     * @param address one that is {@linkplain #recognises recognised}
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
