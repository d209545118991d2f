package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.budget.Holding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Moves bytes. It waits with a small buffer, so that many can wait; while reads fill it, it borrows a larger one. */
final class BytePump extends Pump {

    /** What a silent direction costs. */
    private static final int SMALL = 512;

    /** The bytes of a full TLS record (RFC 8446, 5.1): all that such a stream gives at once, and most likely not the last. */
    private static final int TLS_RECORD = 16 * 1024;

    /** What a direction that moves much holds at most: its buffer, as much in records to be written, two records that were read. */
    private static final int COST = 2 * HeapBuffers.SIZE + 2 * TLS_RECORD;

    private final ByteStream source;
    private final ByteStream sink;
    private final HeapBuffers buffers;
    private final Holding holding;

    /** @param holding what is held for the peer that the sink leads to */
    BytePump(PumpedSplice splice, ByteStream source, ByteStream sink, HeapBuffers buffers, Holding holding) {
        super(splice);
        this.source = source;
        this.sink = sink;
        this.buffers = buffers;
        this.holding = holding;
    }

    @Override
    void pump() throws IOException, InterruptedException {
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
                    // Without the larger one it is slower, and nothing else.
                    if (holding.tryTake(COST)) {
                        large = buffers.take();
                    }
                } else if (!more && large != null) {
                    // Silence may follow, and whoever is silent must not hold it.
                    release(large);
                    large = null;
                }
            }
        } finally {
            if (large != null) {
                release(large);
            }
        }
    }

    private void release(ByteBuffer large) {
        buffers.release(large);
        holding.give(COST);
    }

    private int read(ByteBuffer buffer) throws IOException {
        try {
            return source.read(buffer);
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
            splice.endBoth(Splicer.DRAIN);
        }
        try {
            // TLS says so in a record, which may have to wait, too.
            watched(() -> {
                sink.shutdownOutput();
                return 0;
            });
        } catch (IOException e) {
            if (splice.cause() != Reason.COMPLETED) {
                throw e;
            }
        }
    }

    @Override
    OptionalLong lastTaken() {
        return sink.lastTaken();
    }

    @Override
    int deliver(ByteBuffer part, boolean last) throws IOException {
        return sink.write(part);
    }
}
