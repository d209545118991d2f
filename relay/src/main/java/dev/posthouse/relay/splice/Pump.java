package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.relay.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link PumpedSplice}, on a virtual thread of its own. It waits with a small buffer, so that many can
 * wait; while reads fill it, it borrows a larger one.
 *
 * <p>Meters are asked after reading, not before: a blocked read would hold what it had taken. What they do not allow yet
 * waits in the buffer.
 */
final class Pump implements Runnable {

    /** What a silent direction costs. */
    private static final int SMALL = 512;

    /** The bytes of a full TLS record (RFC 8446, 5.1): all that such a stream gives at once, and most likely not the last. */
    private static final int TLS_RECORD = 16 * 1024;

    private final PumpedSplice splice;
    private final ByteStream source;
    private final ByteStream sink;
    private final HeapBuffers buffers;
    // These three: written by this thread, read by any.
    private volatile long moved;
    private volatile long lastMoved = System.nanoTime();
    private volatile boolean writing;
    private long delivered;

    Pump(PumpedSplice splice, ByteStream source, ByteStream sink, HeapBuffers buffers) {
        this.splice = splice;
        this.source = source;
        this.sink = sink;
        this.buffers = buffers;
    }

    /** Bytes read so far. */
    long moved() {
        return moved;
    }

    /** Bytes whose write has returned; to be asked when the pump has ended. */
    long delivered() {
        return delivered;
    }

    /**
     * When something moved last, as {@link System#nanoTime()}; or when the meters will be asked again, while they hold
     * up what has come.
     */
    long lastMoved() {
        return lastMoved;
    }

    boolean isWriting() {
        return writing;
    }

    @Override
    public void run() {
        try {
            pump();
        } catch (IOException e) {
            splice.fail(Reason.PEER_RESET, e);
        } catch (InterruptedException | RuntimeException | Error e) {
            // Nobody has this thread to interrupt it.
            splice.stop(Reason.INTERNAL, e);
        } finally {
            splice.pumpEnded();
        }
    }

    private void pump() throws IOException, InterruptedException {
        ByteBuffer small = ByteBuffer.allocate(SMALL);
        @Nullable ByteBuffer large = null;
        try {
            while (splice.goesOn()) {
                ByteBuffer buffer = large != null ? large : small;
                int count = read(buffer.clear());
                if (count < 0) {
                    end();
                    return;
                }
                count(count);
                boolean more = !buffer.hasRemaining() || count == TLS_RECORD;
                pass(buffer.flip());
                if (more && large == null) {
                    large = buffers.take();
                } else if (!more && large != null) {
                    // Silence may follow, and whoever is silent must not hold it.
                    buffers.release(large);
                    large = null;
                }
            }
        } finally {
            if (large != null) {
                buffers.release(large);
            }
        }
    }

    private int read(ByteBuffer buffer) throws IOException {
        try {
            int count = source.read(buffer);
            lastMoved = System.nanoTime();
            return count;
        } catch (IOException e) {
            if (splice.cause() == Reason.COMPLETED) {
                // It was ended together with the other direction; that is an end, however the stream puts it.
                return -1;
            }
            throw e;
        }
    }

    private void end() throws IOException {
        if (!sink.carriesHalfClose() || !source.carriesHalfClose()) {
            // Said first: what the shutdown does to the other direction is no failure.
            splice.endBoth();
        }
        try {
            sink.shutdownOutput();
        } catch (IOException e) {
            if (splice.cause() != Reason.COMPLETED) {
                throw e;
            }
        }
    }

    /** Writes what is in {@code buffer}, as the meters allow. */
    private void pass(ByteBuffer buffer) throws IOException, InterruptedException {
        Meter meter = splice.meter();
        int end = buffer.limit();
        while (buffer.position() < end) {
            int allowed = end - buffer.position();
            long wait = 0;
            // Said before looking at the cause and asking the meter: a limit that the other direction runs into then
            // either waits for this write, or prevents that anything is taken for it.
            writing = true;
            try {
                if (!splice.goesOn()) {
                    return;
                }
                if (meter != null) {
                    long now = System.nanoTime();
                    allowed = meter.take(allowed, now);
                    if (allowed == 0) {
                        wait = meter.retryAfter(now);
                        lastMoved = now + wait;
                    }
                }
                if (allowed > 0) {
                    write(buffer.limit(buffer.position() + allowed), meter);
                }
            } finally {
                writing = false;
            }
            if (allowed == Meter.EXHAUSTED) {
                splice.limit(this);
                return;
            }
            if (splice.cause() == Reason.LIMIT_BYTES) {
                splice.drain();
                return;
            }
            if (wait > 0) {
                splice.pause(wait);
            }
        }
    }

    private void write(ByteBuffer part, @Nullable Meter meter) throws IOException {
        int count = part.remaining();
        if (meter != null) {
            meter.settle(count, 0);
        }
        try {
            sink.write(part);
            delivered += count;
            lastMoved = System.nanoTime();
        } catch (IOException e) {
            if (splice.cause() != Reason.COMPLETED) {
                throw e;
            }
            // The sink went with the other direction: the rest is read and dropped, so that closing does not reset.
            part.position(part.limit());
        }
    }

    private void count(int count) {
        long total = moved + count;
        moved = total;
    }
}
