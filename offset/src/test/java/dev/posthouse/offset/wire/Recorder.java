package dev.posthouse.offset.wire;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream over another one that keeps what was written, and counts how often two threads read at the same time. */
final class Recorder extends DelegatingStream {

    final List<byte[]> writes = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger readersTooMany = new AtomicInteger();

    private final AtomicInteger readers = new AtomicInteger();

    Recorder(ByteStream below) {
        super(below);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (readers.incrementAndGet() > 1) {
            readersTooMany.incrementAndGet();
        }
        try {
            return super.read(into);
        } finally {
            readers.decrementAndGet();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        writes.add(Bytes.array(from));
        return super.write(from);
    }
}
