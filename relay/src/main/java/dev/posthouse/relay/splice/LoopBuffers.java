package dev.posthouse.relay.splice;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The direct buffers of one loop. There is one that every read goes into; what could not be written on at once is kept,
 * in one of two ways: a short rest is copied into a small buffer, a long one keeps the buffer that it is in, and the
 * loop reads into another from then on. Kept buffers come back and are used again.
 *
 * <p>What is kept is bounded: beyond {@link #MOST_WHOLE} whole buffers in use, reads become {@link #SMALL} long, so that
 * every further stalled direction costs one small buffer. Used on the loop's thread only.
 */
final class LoopBuffers {

    /** Bytes in a small buffer: copying as much costs less than the system call before it. */
    static final int SMALL = 16 * 1024;

    /** How many whole buffers may wait for slow readers before reads become small: 16 MiB of 256 KiB each. */
    static final int MOST_WHOLE = 64;

    /** How many unused small buffers are remembered (4 MiB); more are left to the garbage collector. */
    private static final int MOST_SMALL_FREE = 256;

    private final int capacity;
    private final ArrayDeque<ByteBuffer> wholeFree = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> smallFree = new ArrayDeque<>();
    private ByteBuffer current;
    private int wholeKept;
    private int smallKept;

    LoopBuffers(int capacity) {
        this.capacity = capacity;
        this.current = ByteBuffer.allocateDirect(capacity);
    }

    /** How much may be read at once now. */
    int room() {
        return wholeKept < MOST_WHOLE ? capacity : Math.min(capacity, SMALL);
    }

    /** The buffer to read into, from 0 to {@code limit}; valid until the next call of any method here. */
    ByteBuffer current(int limit) {
        return current.position(0).limit(limit);
    }

    /** The same buffer as it was left. */
    ByteBuffer current() {
        return current;
    }

    /**
     * Keeps what remains in the current buffer.
     *
     * @return a buffer with exactly these bytes remaining; given back by {@link #release}
     */
    ByteBuffer keepRest() {
        if (current.remaining() <= SMALL) {
            ByteBuffer small = take(smallFree, SMALL);
            smallKept++;
            return small.clear().put(current).flip();
        }
        // First the new one: if there is no memory for it, nothing has changed.
        ByteBuffer next = take(wholeFree, capacity);
        ByteBuffer kept = current;
        current = next;
        wholeKept++;
        return kept;
    }

    /** Takes a kept buffer back. */
    void release(ByteBuffer kept) {
        if (kept.capacity() == SMALL) {
            smallKept--;
            if (smallFree.size() < MOST_SMALL_FREE) {
                smallFree.push(kept);
            }
        } else {
            wholeKept--;
            wholeFree.push(kept);
        }
    }

    /** How many buffers are kept: none when nobody waits. */
    int kept() {
        return wholeKept + smallKept;
    }

    private static ByteBuffer take(ArrayDeque<ByteBuffer> free, int capacity) {
        @Nullable ByteBuffer buffer = free.poll();
        return buffer != null ? buffer : ByteBuffer.allocateDirect(capacity);
    }
}
