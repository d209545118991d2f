package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.RelayProcess;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A started contestant. Any thread, but each slot belongs to one thread at a time.
 *
 * @param <C> its circuits
 */
public interface RunningRelay<C extends Circuit> extends Closeable {
    /**
     * How many threads may open pairs at the same time. Enough to keep two cores busy in a closed loop; a slot's number
     * has to fit into the one byte by which a forwarder's target tells whose connection it got.
     */
    int SLOTS = 16;

    /** The process that is measured; empty if there is no relay. */
    Optional<RelayProcess> process();

    /**
     * Sets up one circuit and sends one byte each way through it.
     *
     * @param slot 0 to {@link #SLOTS} - 1, used by no other thread meanwhile
     * @return both outer ends, with Nagle's algorithm off, nothing unread
     * @throws IOException if the relay refuses or ends; the relay is of no further use then
     */
    C openPair(int slot) throws IOException;

    /** Ends the process and whatever this side holds besides the pairs. */
    @Override
    void close();
}
