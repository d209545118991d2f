package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import java.net.InetAddress;

/**
 * Asked for every client that has proved its identity, before it may say what it wants.
 *
 * <p>Called on the connection's own virtual thread, several at once; may block for as long as the client may be kept
 * waiting. The protocol has no word for a refusal: the client's connection is closed.
 */
@FunctionalInterface
public interface Authoriser {

    /** Everybody is welcome, as at the original. */
    Authoriser OPEN = (client, from) -> true;

    /**
     * Decides.
     *
     * @param client its identity
     * @param from whom limits count: the client's address, as far as it is known
     */
    boolean admits(Ed25519PublicKey client, InetAddress from);
}
