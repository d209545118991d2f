package dev.posthouse.relay.accept;

import dev.posthouse.net.Reason;
import java.io.IOException;

/** Serves connections that are told by their first bytes. Thread-safe. */
public interface ConnectionHandler {

    /**
     * Serves one connection, on a virtual thread of its own. Returns when it is done with it, or has parked it in a waiting room or
     * handed it to the data path; in every case it is the handler that closes the connection in the end.
     *
     * @param connection its first bytes are still in it
     * @throws IOException what the peer or the network did; the relay closes the connection then and counts the reason
     */
    void serve(Inbound connection) throws IOException;

    /**
     * Turns one connection away, as politely as the protocol can, and closes it. The relay has decided so and told of it; the time for
     * it is {@link Inbound#untilProved}.
     *
     * @param detail for the peer: names the limit, no address
     * @throws IOException what the peer or the network did; the relay closes the connection then
     */
    void refuse(Inbound connection, Reason why, String detail) throws IOException;
}
