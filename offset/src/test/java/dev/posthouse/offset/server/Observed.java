package dev.posthouse.offset.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A stream that says how much went through it, whether somebody waits for more, and that it is about to be closed. */
final class Observed extends DelegatingStream {

    private final AtomicLong read = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private volatile boolean reading;
    private volatile boolean writing;
    private final AtomicReference<@Nullable Runnable> beforeClose;
    private volatile boolean ended;

    Observed(ByteStream below) {
        this(below, () -> {});
    }

    /** @param beforeClose runs once, before its descriptor is closed in whatever way */
    Observed(ByteStream below, Runnable beforeClose) {
        super(below);
        this.beforeClose = new AtomicReference<>(beforeClose);
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

    @Override
    public void close() throws IOException {
        beforeClose();
        super.close();
    }

    @Override
    public void abort() {
        beforeClose();
        super.abort();
    }

    private void beforeClose() {
        Runnable once = beforeClose.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }
}
