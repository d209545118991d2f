package dev.posthouse.net.connection;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.acknowledged.AbortReason;
import dev.posthouse.net.acknowledged.AcknowledgedStream;
import java.io.IOException;

/** A connection that carries bytes. Closing it closes {@link #stream()}. */
public interface StreamConnection extends Connection {

    /** The bytes. The same object at every call. */
    ByteStream stream();

    /**
     * Whether the whole way to the peer carries a half-close, so that ending one's own direction leaves the peer's
     * open. False where a relay or a peer on the way is known, or must be assumed, to close everything at the first end.
     */
    boolean carriesHalfClose();

    /**
     * Whether both ends speak the acknowledged stream: each direction ends with a word, what ends without it is an error, and {@link
     * #awaitReceived()} means what it says. False where a stock peer or a stock server takes part: then an end of the stream may be a cut, and
     * what became of that which was sent is not known.
     */
    default boolean verified() {
        return stream() instanceof AcknowledgedStream;
    }

    /**
     * Waits until this direction has ended and the peer's application has taken all of it. Returns at once where nobody can know that:
     * see {@link #verified()}.
     *
     * @throws dev.posthouse.net.ConnectionLost if it never will
     * @throws IOException if the connection was closed or aborted here
     */
    default void awaitReceived() throws IOException {
        if (stream() instanceof AcknowledgedStream acknowledged) {
            acknowledged.awaitReceived();
        }
    }

    /**
     * From now on the peer's end counts as received only when {@link #acknowledge()} says so, or closing: see {@link
     * AcknowledgedStream#confirmEndByHand()}. Does nothing where nobody can know.
     */
    default void confirmEndByHand() {
        if (stream() instanceof AcknowledgedStream acknowledged) {
            acknowledged.confirmEndByHand();
        }
    }

    /** What was read so far, the end included, has been dealt with, and the peer may know. Closing says the same. */
    default void acknowledge() {
        if (stream() instanceof AcknowledgedStream acknowledged) {
            acknowledged.acknowledge();
        }
    }

    /** {@inheritDoc} Tells the peer why where both ends speak the acknowledged stream. */
    @Override
    default void abort(AbortReason reason) {
        if (stream() instanceof AcknowledgedStream acknowledged) {
            acknowledged.abort(reason);
        } else {
            stream().abort();
        }
    }

    /** Closes {@link #stream()}; what it still has to deliver or to say is waited for, two seconds and a little at most. */
    @Override
    void close() throws IOException;
}
