package dev.posthouse.net.acknowledged;

import java.nio.ByteBuffer;

/**
 * Bytes that came while the application did not read: a ring that grows with what is in it, and is let go when it is empty. Bounded by
 * the window, which the caller checks before anything comes in. Not thread-safe.
 */
final class Backlog {

    private static final byte[] NOTHING = {};
    private static final int LEAST = 1024;

    private byte[] ring = NOTHING;
    private int start;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes all of {@code from} in. */
    void put(ByteBuffer from) {
        int count = from.remaining();
        grow(size + count);
        int end = (start + size) % ring.length;
        int first = Math.min(count, ring.length - end);
        from.get(ring, end, first);
        from.get(ring, 0, count - first);
        size += count;
    }

    private void grow(int needed) {
        if (needed <= ring.length) {
            return;
        }
        byte[] larger =
                new byte[Math.max(LEAST, Math.max(needed, (int) Math.min(ring.length * 2L, Integer.MAX_VALUE - 8)))];
        int held = size;
        get(ByteBuffer.wrap(larger), held);
        ring = larger;
        start = 0;
        size = held;
    }

    /** Gives what there is and there is room for; how much. */
    int get(ByteBuffer into) {
        int count = get(into, Math.min(into.remaining(), size));
        if (size == 0) {
            ring = NOTHING;
            start = 0;
        }
        return count;
    }

    private int get(ByteBuffer into, int count) {
        if (count > 0) {
            int first = Math.min(count, ring.length - start);
            into.put(ring, start, first).put(ring, 0, count - first);
            start = (start + count) % ring.length;
            size -= count;
        }
        return count;
    }

    /** Forgets everything. */
    void clear() {
        ring = NOTHING;
        start = 0;
        size = 0;
    }
}
