package dev.posthouse.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream that brings nothing and takes everything, with no lock and no thread: it can only be closed, which is counted. */
public final class SilentStream implements ByteStream {

    private final AtomicInteger ends = new AtomicInteger();

    /** How often it was closed or aborted. */
    public int ends() {
        return ends.get();
    }

    @Override
    public int read(ByteBuffer into) {
        return -1;
    }

    @Override
    public int write(ByteBuffer from) {
        int count = from.remaining();
        from.position(from.limit());
        return count;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public boolean carriesHalfClose() {
        return true;
    }

    @Override
    public void readTimeout(Duration limit) {}

    @Override
    public void abort() {
        ends.incrementAndGet();
    }

    @Override
    public void close() {
        ends.incrementAndGet();
    }

    @Override
    public boolean isOpen() {
        return ends.get() == 0;
    }

    @Override
    public StreamKind kind() {
        return StreamKind.OTHER;
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return Optional.empty();
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.empty();
    }
}
