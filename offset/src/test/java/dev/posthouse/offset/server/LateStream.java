package dev.posthouse.offset.server;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stream that lets so many writes through, and keeps what is written then until it is let go: to the writer it has gone out. */
final class LateStream extends DelegatingStream {

    // Both guarded by this.
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int through;
    private long passed;

    /** @param through writes that go through at once */
    LateStream(ByteStream below, int through) {
        super(below);
        this.through = through;
    }

    @Override
    public synchronized int write(ByteBuffer from) throws IOException {
        int length = from.remaining();
        if (through > 0) {
            through--;
            passed += length;
            return super.write(from);
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        kept.write(bytes);
        return length;
    }

    /** Bytes that have gone through. */
    synchronized long passed() {
        return passed;
    }

    /** Whether something is kept. */
    synchronized boolean keeps() {
        return kept.size() > 0;
    }

    /** Lets everything through, what was kept first. */
    synchronized void letGo() throws IOException {
        through = Integer.MAX_VALUE;
        super.write(ByteBuffer.wrap(kept.toByteArray()));
        kept.reset();
    }
}
