package dev.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A stream that goes straight through to another one; a subclass overrides what it does otherwise. Threads, buffers and
 * errors are those of the stream below.
 */
public abstract class DelegatingStream implements ByteStream {

    private final ByteStream below;

    /** @param below given up by the caller */
    protected DelegatingStream(ByteStream below) {
        this.below = below;
    }

    /** The stream that this one goes through to. */
    public final ByteStream below() {
        return below;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return below.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return below.write(from);
    }

    @Override
    public OptionalLong lastTaken() {
        return below.lastTaken();
    }

    @Override
    public void write(ByteBuffer head, ByteBuffer body) throws IOException {
        below.write(head, body);
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
