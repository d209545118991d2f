package dev.posthouse.relay.accept;

import java.util.List;

/** A {@link Dialect} at work in one relay. Thread-safe. */
public interface Service extends AutoCloseable {

    /** The ways by which connections that the relay accepts reach it, the same at each call; empty if there are none, as with UDP. */
    List<Entrance> entrances();

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
