package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * A relay that can be started as a process of its own, or the lack of one as the ceiling.
 *
 * @param <C> its circuits
 */
public interface Contestant<C extends Circuit> {

    /** As on the command line and in the tables. */
    String name();

    /** How peers can wait in it; if there is any, what {@link #start} gives is a {@link RunningLobby}. */
    default Set<WaitingRole> waits() {
        return Set.of();
    }

    /** Whether there is a relay at all: without one there is no process to look at. */
    default boolean isRelay() {
        return true;
    }

    /** Whether it differs from another contestant under bulk only, so that other measures say nothing new. */
    default boolean isVariant() {
        return false;
    }

    /**
     * How many pairs it can hold.
     *
     * @param descriptorLimit of its process
     */
    int pairsWithin(long descriptorLimit);

    /**
     * How long it takes under bulk until it moves bytes the way it goes on to: a JVM has compiled its code, TCP has opened
     * its windows. What happens meanwhile is not measured.
     */
    Duration warmUp();

    /**
     * Starts it afresh and waits until it listens.
     *
     * @throws IOException if it does not come up
     */
    RunningRelay<C> start() throws IOException;
}
