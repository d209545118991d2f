package dev.posthouse.relay.splice;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The larger buffers of all pumps: taken while much is moving, given back when little is. Any thread; its lock. */
final class HeapBuffers {

    /** Bytes in a buffer: four TLS records; with one, a byte was measured to be a third dearer. */
    static final int SIZE = 64 * 1024;

    /** How many unused ones are remembered (4 MiB); more are left to the garbage collector. */
    private static final int MOST_FREE = 64;

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    ByteBuffer take() {
        @Nullable ByteBuffer buffer;
        synchronized (this) {
            buffer = free.poll();
        }
        return buffer != null ? buffer.clear() : ByteBuffer.allocate(SIZE);
    }

    synchronized void release(ByteBuffer buffer) {
        if (free.size() < MOST_FREE) {
            free.push(buffer);
        }
    }
}
