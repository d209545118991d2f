package dev.posthouse.relay;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One protocol that the relay speaks. The one-port {@linkplain Relay listener} asks each dialect in turn whether a
 * connection's first bytes are its own; the first that says yes serves it. Which first bytes belong to whom stands as a
 * table in docs/architecture.md.
 */
public interface Dialect extends AutoCloseable {

    /** What a dialect says of a connection's first bytes. */
    enum Detection {
        /** Mine. */
        YES,
        /** Not mine, whatever follows. */
        NO,
        /** Could be mine; show me more. */
        NEED_MORE
    }

    /** The word for it in events, metric labels and JSON: "rdv". */
    String name();

    /**
     * Looks at a connection's first bytes.
     *
     * @param first what came so far, at least one byte, at most {@link Relay#DETECTION_BOUND}; a view of its own, which
     *     may be moved but not kept. A dialect that still needs more when the bound is reached counts as a no
     */
    Detection detect(ByteBuffer first);

    /**
     * Gives the dialect what it shares with the others. Called once, before the first {@link #serve}.
     *
     * @param services shared with the other dialects of the same relay
     */
    void open(RelayServices services);

    /**
     * Serves one connection, on a virtual thread of its own. Returns when the dialect is done with it, or has parked it
     * in a waiting room or handed it to the data path; in every case it is the dialect that closes the leg in the end.
     *
     * @param leg the connection; the first bytes are still in it
     * @throws IOException what the peer or the network did; the listener closes the leg then and counts the reason
     */
    void serve(Leg leg) throws IOException;

    /** Turns away everybody new and everybody who waits; circuits that run go on. A second call does nothing. */
    void drain();

    /** {@link #drain()}, and ends what belongs to this dialect alone. */
    @Override
    void close();
}
