package dev.posthouse.relay.splice;

import dev.posthouse.net.budget.Holding;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one loop. There is a direct one that every read goes into; what could not be written on at once is kept, in one
 * of two ways: a short rest is copied into an array of its length, a long one keeps the buffer that it is in, and the loop reads
 * into another from then on. Kept buffers come back and are used again.
 *
 * <p>What is kept is bounded twice. It is counted for whoever has not taken it, before it is kept. And beyond {@link #MOST_WHOLE}
 * whole buffers in use, or what the system has of direct memory, reads become {@link #SMALL} long, so that every further direction
 * that stands still costs one short array. Used on the loop's thread only.
 */
final class LoopBuffers {

    /** A rest of up to so many bytes is copied: that costs less than the system call before it. */
    static final int SMALL = 16 * 1024;

    /** How many whole buffers may wait for slow readers before reads become small: 16 MiB of 256 KiB each. */
    static final int MOST_WHOLE = 64;

    private final int capacity;
    private final IntFunction<ByteBuffer> direct;
    private final ArrayDeque<ByteBuffer> wholeFree = new ArrayDeque<>(MOST_WHOLE + 1);
    private ByteBuffer current;
    private int mostWhole = MOST_WHOLE;
    private int wholeKept;
    private int smallKept;

    LoopBuffers(int capacity) {
        this(capacity, ByteBuffer::allocateDirect);
    }

    /** @param direct gets direct memory, or throws an {@link OutOfMemoryError} */
    LoopBuffers(int capacity, IntFunction<ByteBuffer> direct) {
        this.capacity = capacity;
        this.direct = direct;
        this.current = direct.apply(capacity);
    }

    /** How much may be read at once now. */
    int room() {
        return wholeKept < mostWhole ? capacity : Math.min(capacity, SMALL);
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
     * @param holding of whoever has not taken it
     * @return a buffer with exactly these bytes remaining, to be given back by {@link #release}; or null if nothing more may be held
     */
    @Nullable
    ByteBuffer keepRest(Holding holding) {
        if (current.remaining() > SMALL && !holding.isCrowded() && holding.tryTake(capacity)) {
            // First the new one: if there is no memory for it, nothing has changed.
            @Nullable ByteBuffer next = whole();
            if (next != null) {
                ByteBuffer kept = current;
                current = next;
                wholeKept++;
                return kept;
            }
            holding.give(capacity);
        }
        int length = current.remaining();
        if (!holding.tryTake(length)) {
            return null;
        }
        ByteBuffer rest = ByteBuffer.allocate(length).put(current).flip();
        smallKept++;
        return rest;
    }

    /**
     * Takes a kept buffer back.
     *
     * @param holding as it was kept for
     */
    void release(ByteBuffer kept, Holding holding) {
        holding.give(kept.capacity());
        if (kept.isDirect()) {
            wholeKept--;
            wholeFree.push(kept);
        } else {
            smallKept--;
        }
    }

    /** How many buffers are kept: none when nobody waits. */
    int kept() {
        return wholeKept + smallKept;
    }

    /**
     * Another whole buffer; null if there is none. Where direct memory is used up the JDK looks for some for half a second, which no
     * loop can afford twice: what is there now is all that there will be.
     */
    private @Nullable ByteBuffer whole() {
        @Nullable ByteBuffer buffer = wholeFree.poll();
        if (buffer != null || wholeKept >= mostWhole) {
            return buffer;
        }
        try {
            return direct.apply(capacity);
        } catch (OutOfMemoryError e) {
            mostWhole = wholeKept;
            return null;
        }
    }
}
