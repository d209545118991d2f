package dev.posthouse.relay.accept;

import dev.posthouse.net.Reason;
import java.io.IOException;
import java.util.List;

/** A {@link Dialect} at work in one relay. Thread-safe. */
public interface Service extends AutoCloseable {

    /**
     * Serves one connection, on a virtual thread of its own. Returns when it is done with it, or has parked it in a waiting room or
     * handed it to the data path; in every case it is the service that closes the connection in the end.
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

    /** Turns away everybody new and everybody who waits; circuits that run go on. A second call does nothing. */
    void drain();

    /** {@link #drain()}, and ends what belongs to this service alone. */
    @Override
    void close();

    /**
     * What an operator may tell its users, each as this dialect writes it; empty if there is nothing to tell but the hosts themselves.
     *
     * @param hosts where the relay is reached, each {@code HOST:PORT}
     */
    List<String> addresses(List<String> hosts);
}
