package dev.posthouse.bench.contestant;

import java.io.IOException;

/** One relayed pair, by its two outer ends: the dialer's, from which bulk is sent, and the acceptor's, where it comes out. */
public interface Circuit extends Held {

    /** Sends bulk; one thread. */
    @FunctionalInterface
    interface Sender {
        /**
         * Sends one block, and blocks while the other side does not take it.
         *
         * @return its bytes
         */
        int send() throws IOException;
    }

    /** Takes bulk; one thread. */
    @FunctionalInterface
    interface Receiver {
        /**
         * Waits for what comes next, and drops it.
         *
         * @return how many bytes; -1 if the other side has ended
         */
        int receive() throws IOException;
    }

    /** A sender at the dialer's end. */
    Sender sender();

    /** A receiver at the acceptor's end. */
    Receiver receiver();

    /** Ends it now, also under a load: whoever sends or receives fails. */
    default void abort() throws IOException {
        close();
    }

    /** Ends it as clients do that have nothing more to say; nobody sends or receives any more. */
    @Override
    void close() throws IOException;
}
