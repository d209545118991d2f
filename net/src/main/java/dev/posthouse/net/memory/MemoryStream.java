package dev.posthouse.net.memory;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** One end of an in-memory pair: reads one {@link Pipe} and writes the other. Threads as {@link ByteStream} says. */
final class MemoryStream implements ByteStream {

    private final Pipe in;
    private final Pipe out;
    private final boolean halfClose;
    private final Optional<InetSocketAddress> local;
    private final Optional<InetSocketAddress> remote;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile long readTimeoutNanos;

    MemoryStream(
            Pipe in,
            Pipe out,
            boolean halfClose,
            Optional<InetSocketAddress> local,
            Optional<InetSocketAddress> remote) {
        this.in = in;
        this.out = out;
        this.halfClose = halfClose;
        this.local = local;
        this.remote = remote;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        requireOpen();
        if (!into.hasRemaining()) {
            return 0;
        }
        try {
            return in.read(into, readTimeoutNanos);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        requireOpen();
        int total = from.remaining();
        try {
            out.write(from);
        } catch (InterruptedException e) {
            throw interrupted();
        }
        return total;
    }

    @Override
    public OptionalLong lastTaken() {
        return OptionalLong.of(out.lastTaken());
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireOpen();
        out.finish();
        if (!halfClose) {
            in.closeReader();
        }
    }

    @Override
    public boolean carriesHalfClose() {
        return halfClose;
    }

    @Override
    public void readTimeout(Duration limit) {
        // whole milliseconds like every other stream, so that a test over this one finds what holds for a socket
        readTimeoutNanos = Timeouts.millis(limit) * 1_000_000L;
    }

    @Override
    public void abort() {
        if (open.compareAndSet(true, false)) {
            in.abortReader();
            out.abortWriter();
        }
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            in.closeReader();
            out.closeWriter();
        }
    }

    @Override
    public StreamKind kind() {
        return StreamKind.MEMORY;
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return local;
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return remote;
    }

    @Override
    public String toString() {
        return "memory " + local.map(Object::toString).orElse("?") + " -> "
                + remote.map(Object::toString).orElse("?");
    }

    private IOException interrupted() {
        abort();
        Thread.currentThread().interrupt();
        return new ClosedByInterruptException();
    }

    private void requireOpen() throws ClosedChannelException {
        if (!open.get()) {
            throw new ClosedChannelException();
        }
    }
}
