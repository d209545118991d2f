package dev.posthouse.offset.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A stream that says how much went through it, and whether somebody waits for more. */
final class Observed implements ByteStream {

    private final ByteStream below;
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private volatile boolean reading;
    private volatile boolean writing;
    private volatile boolean ended;

    Observed(ByteStream below) {
        this.below = below;
    }

    long written() {
        return written.get();
    }

    boolean isReading() {
        return reading;
    }

    boolean isWriting() {
        return writing;
    }

    /** Whether its reader has done its work with so many bytes: it asks for more, or has ended. */
    boolean isThroughWith(long bytes) {
        return ended || (reading && read.get() >= bytes);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        reading = true;
        int count = -1;
        try {
            count = below.read(into);
            return count;
        } finally {
            reading = false;
            if (count < 0) {
                ended = true;
            } else {
                read.addAndGet(count);
            }
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        writing = true;
        try {
            int count = below.write(from);
            written.addAndGet(count);
            return count;
        } finally {
            writing = false;
        }
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

    @Override
    public String toString() {
        return below.toString();
    }
}
