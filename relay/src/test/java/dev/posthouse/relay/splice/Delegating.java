package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** A stream that goes straight through to another, which the data path cannot see. */
class Delegating implements ByteStream {

    private final ByteStream below;

    Delegating(ByteStream below) {
        this.below = below;
    }

    ByteStream below() {
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
    public void close() throws IOException {
        below.close();
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    @Override
    public StreamKind kind() {
        return StreamKind.OTHER;
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
