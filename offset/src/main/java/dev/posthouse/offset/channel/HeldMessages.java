package dev.posthouse.offset.channel;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Messages that have come and were not taken yet, and what holding them costs. Its owner reads no further while {@link #cost} is past a
 * bound, so that a peer is held back by the connection. Not thread-safe: guarded by its owner's lock.
 */
public final class HeldMessages {

    /** Bytes that a message takes besides its own: without them empty ones would cost nothing, and have no bound. */
    private static final int EACH = 64;

    private final Queue<ByteBuffer> messages = new ArrayDeque<>();
    private long cost;

    /** What a message costs while it is held, in bytes. */
    public static long costOf(ByteBuffer message) {
        return (long) message.remaining() + EACH;
    }

    /**
     * Adds one behind the others.
     *
     * @param message copied: its bytes may be a few of a large array, which would be held with them
     */
    public void add(ByteBuffer message) {
        ByteBuffer copy = ByteBuffer.allocate(message.remaining()).put(message).flip();
        messages.add(copy);
        cost += costOf(copy);
    }

    /** Takes the first; empty if there is none. */
    public Optional<ByteBuffer> poll() {
        ByteBuffer next = messages.poll();
        if (next == null) {
            return Optional.empty();
        }
        cost -= costOf(next);
        return Optional.of(next);
    }

    /** What all of them cost, in bytes. */
    public long cost() {
        return cost;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return messages.isEmpty();
    }

    /** Throws all of them away. */
    public void clear() {
        messages.clear();
        cost = 0;
    }
}
