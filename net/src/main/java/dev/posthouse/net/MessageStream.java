package dev.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Carries whole messages both ways: their borders mean something, each is bounded, nothing is split or merged. A framing
 * codec makes one of a {@link ByteStream}; a layer above a message stream is a message stream again.
 *
 * <p><b>Threads.</b> Blocking, made for virtual threads. One thread at a time receives; any number may send, and each
 * message goes out whole. {@link #close()} and {@link #abort()} may come from any thread, and end a receive or a send
 * that is blocked, which then throws an {@link IOException}.
 *
 * <p><b>Buffers.</b> What is passed to {@link #send} is the caller's again when it returns. What {@link #receive} gives is
 * the caller's for good: nobody else reads or writes it any more.
 */
public interface MessageStream extends AutoCloseable {

    /**
     * Waits for the next message.
     *
     * @return its bytes, between position and limit; empty when the peer ended the stream in order, between two messages
     * @throws ProtocolViolation if what came is no message, or a longer one than is allowed; the stream is of no use then
     * @throws IOException if the stream broke, ended within a message, or was closed or aborted at this end
     */
    Optional<ByteBuffer> receive() throws IOException;

    /**
     * Sends one message, and blocks while the peer does not read.
     *
     * @param message the bytes between position and limit; position is at the limit afterwards
     * @throws IllegalArgumentException if it is longer than {@link #longest()}
     * @throws IOException if the stream broke, or was closed or aborted at this end
     */
    void send(ByteBuffer message) throws IOException;

    /**
     * When the layer below last took some of what is sent here, also within a message whose sending is still blocked, as
     * {@link ByteStream#lastTaken()} says it.
     *
     * @return the time, as {@link System#nanoTime()}; or empty if the stream cannot tell, as is the default
     */
    default OptionalLong lastTaken() {
        return OptionalLong.empty();
    }

    /** The most bytes that a message to be sent may have. */
    int longest();

    /**
     * Ends the direction from here after everything sent so far: the peer's {@link #receive} is empty then. What the peer
     * sends can still be received; most protocols of messages know no half-close, and their peers end theirs at this.
     * A second call does nothing.
     *
     * @throws IOException if the stream broke, or was closed or aborted
     */
    void shutdownOutput() throws IOException;

    /** Closes without ceremony: the peer sees a reset where the layer below has one. Never blocks. */
    void abort();

    /**
     * Closes both directions. What was sent before is still delivered if the peer has nothing under way to us; whoever
     * needs certainty ends with {@link #shutdownOutput()} and receives to the end first. A second call does nothing.
     */
    @Override
    void close() throws IOException;
}
