package dev.posthouse.net.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.StreamKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A stream that brings given bytes, then its end, in pieces of a given size, the first of another: every way in which a
 * network could cut a head. For one thread.
 */
final class Pieces implements ByteStream {

    private final ByteBuffer source;
    private final int later;
    private int next;
    private boolean open = true;

    private Pieces(byte[] bytes, int first, int later) {
        this.source = ByteBuffer.wrap(bytes);
        this.next = first;
        this.later = later;
    }

    static Pieces whole(byte[] bytes) {
        return new Pieces(bytes, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Cut once, behind {@code first} bytes (at least 1). */
    static Pieces cutAt(byte[] bytes, int first) {
        return new Pieces(bytes, Math.max(1, first), Integer.MAX_VALUE);
    }

    static Pieces of(byte[] bytes, int size) {
        return new Pieces(bytes, size, size);
    }

    /** Reads {@code stream} to its end. */
    static byte[] drain(ByteStream stream) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer into = ByteBuffer.allocate(512);
        while (stream.read(into) >= 0) {
            all.write(into.array(), 0, into.position());
            into.clear();
        }
        return all.toByteArray();
    }

    @Override
    public int read(ByteBuffer into) {
        if (!source.hasRemaining()) {
            return -1;
        }
        int count = Math.min(Math.min(next, source.remaining()), into.remaining());
        into.put(source.slice(source.position(), count));
        source.position(source.position() + count);
        next = later;
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        throw new IOException("brings bytes only");
    }

    @Override
    public void shutdownOutput() {
        // nothing goes out
    }

    @Override
    public boolean carriesHalfClose() {
        return true;
    }

    @Override
    public void readTimeout(Duration limit) {
        // no read waits
    }

    @Override
    public void abort() {
        open = false;
    }

    @Override
    public void close() {
        open = false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public StreamKind kind() {
        return StreamKind.MEMORY;
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
