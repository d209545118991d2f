package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A stream with a read under way: the first read takes that one over, the next ones go to the stream below, like
 * everything else. Reading follows the one-reader rule of {@link ByteStream}.
 */
final class PendingReadStream implements ByteStream {

    private final PendingRead pending;
    private final ByteStream below;
    private volatile int timeoutMillis;
    private boolean through;

    PendingReadStream(PendingRead pending) {
        this.pending = pending;
        this.below = pending.stream();
    }

    PendingRead pending() {
        return pending;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (through || !into.hasRemaining()) {
            return below.read(into);
        }
        if (pending.isInTheWay()) {
            return pending.take(into, timeoutMillis);
        }
        // Only now: the read under way must not be bounded by what is asked of later ones.
        below.readTimeout(Duration.ofMillis(timeoutMillis));
        through = true;
        return below.read(into);
    }

    @Override
    public void readTimeout(Duration limit) {
        timeoutMillis = Timeouts.millis(limit);
        if (through) {
            below.readTimeout(limit);
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return below.write(from);
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public boolean carriesHalfClose() {
        return below.carriesHalfClose();
    }

    @Override
    public void abort() {
        below.abort();
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    @Override
    public StreamKind kind() {
        return below.kind();
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return below.localAddress();
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return below.remoteAddress();
    }
}
