package dev.posthouse.offset.wire;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream over another one that keeps what was written, and counts how often two threads read at the same time. */
final class Recorder implements ByteStream {

    final List<byte[]> writes = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger readersTooMany = new AtomicInteger();

    private final AtomicInteger readers = new AtomicInteger();
    private final ByteStream below;

    Recorder(ByteStream below) {
        this.below = below;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (readers.incrementAndGet() > 1) {
            readersTooMany.incrementAndGet();
        }
        try {
            return below.read(into);
        } finally {
            readers.decrementAndGet();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        writes.add(Bytes.array(from));
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
    public void readTimeout(Duration limit) {
        below.readTimeout(limit);
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
