package dev.posthouse.offset.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A stream that says how much went through it, and whether somebody waits for more. */
final class Observed extends DelegatingStream {

    private final AtomicLong read = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private volatile boolean reading;
    private volatile boolean writing;
    private volatile boolean ended;

    Observed(ByteStream below) {
        super(below);
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
            count = super.read(into);
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
            int count = super.write(from);
            written.addAndGet(count);
            return count;
        } finally {
            writing = false;
        }
    }
}
