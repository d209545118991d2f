package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A stream with a read under way: the first read takes that one over, the next ones go to the stream below, like
 * everything else. Reading follows the one-reader rule of {@link ByteStream}.
 */
final class PendingReadStream extends DelegatingStream {

    private final PendingRead pending;
    private volatile int timeoutMillis;
    private boolean through;

    PendingReadStream(PendingRead pending) {
        super(pending.stream());
        this.pending = pending;
    }

    PendingRead pending() {
        return pending;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (through || !into.hasRemaining()) {
            return super.read(into);
        }
        if (pending.isInTheWay()) {
            return pending.take(into, timeoutMillis);
        }
        // Only now: the read under way must not be bounded by what is asked of later ones.
        super.readTimeout(Duration.ofMillis(timeoutMillis));
        through = true;
        return super.read(into);
    }

    @Override
    public void readTimeout(Duration limit) {
        timeoutMillis = Timeouts.millis(limit);
        if (through) {
            super.readTimeout(limit);
        }
    }
}
