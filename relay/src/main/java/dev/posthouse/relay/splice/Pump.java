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

    private final PumpedSplice splice;
    private final ByteStream source;
    private final ByteStream sink;
    private final HeapBuffers buffers;
    // Written by this thread, read by any.
    private volatile long moved;
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

    boolean isWriting() {
        return writing;
    }

    @Override
    public void run() {
        ByteBuffer small = ByteBuffer.allocate(SMALL);
        @Nullable ByteBuffer large = null;
        try {
            while (goesOn()) {
                ByteBuffer buffer = large != null ? large : small;
                int count = source.read(buffer.clear());
                if (count < 0) {
                    sink.shutdownOutput();
                    if (!sink.carriesHalfClose() || !source.carriesHalfClose()) {
                        splice.endBoth();
                    }
                    return;
                }
                count(count);
                boolean filled = !buffer.hasRemaining();
                pass(buffer.flip());
                if (filled && large == null) {
                    large = buffers.take();
                } else if (!filled && large != null) {
                    // Silence may follow, and whoever is silent must not hold it.
                    buffers.release(large);
                    large = null;
                }
            }
        } catch (IOException e) {
            splice.fail(Reason.PEER_RESET, e);
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; if somebody did, it means what it means everywhere.
            splice.fail(Reason.INTERNAL, null);
        } catch (RuntimeException | Error e) {
            splice.stop(Reason.INTERNAL, e);
        } finally {
            if (large != null) {
                buffers.release(large);
            }
            splice.pumpEnded();
        }
    }

    /** Whether to read on: also while the other direction's end is taking this one with it. */
    private boolean goesOn() {
        Reason cause = splice.cause();
        return cause == null || cause == Reason.COMPLETED;
    }

    /** Writes what is in {@code buffer}, as the meters allow. */
    private void pass(ByteBuffer buffer) throws IOException, InterruptedException {
        Meter meter = splice.meter();
        int end = buffer.limit();
        while (buffer.position() < end && goesOn()) {
            splice.touch();
            int allowed = end - buffer.position();
            if (meter != null) {
                long now = System.nanoTime();
                allowed = meter.take(allowed, now);
                if (allowed == Meter.EXHAUSTED) {
                    splice.limit(this);
                    return;
                }
                if (allowed == 0) {
                    splice.pause(meter.retryAfter(now));
                    continue;
                }
                meter.settle(allowed, 0);
            }
            write(buffer.limit(buffer.position() + allowed));
        }
        splice.touch();
    }

    private void write(ByteBuffer part) throws IOException {
        int count = part.remaining();
        // Said before looking once more, so that a limit either waits for this write or prevents it.
        writing = true;
        try {
            if (goesOn()) {
                sink.write(part);
                delivered += count;
            }
        } catch (IOException e) {
            if (splice.cause() != Reason.COMPLETED) {
                throw e;
            }
            // The sink went with the other direction: the rest is read and dropped, so that closing does not reset.
            part.position(part.limit());
        } finally {
            writing = false;
        }
        if (splice.cause() == Reason.LIMIT_BYTES) {
            splice.drain();
        }
    }

    private void count(int count) {
        long total = moved + count;
        moved = total;
    }
}
