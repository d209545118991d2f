package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One read of a stream that is under way on a virtual thread of its own, and whose outcome somebody takes later. It is
 * never broken off: interrupting would abort the stream.
 *
 * <p>States: <i>pending</i>; <i>done</i>, with bytes, the end or an error; <i>taken</i>, when the bytes or the error have
 * been handed over (an end stays an end). Its lock guards all fields.
 */
final class PendingRead {

    /** Enough for a first answer; what waits must stay small. */
    private static final int SIZE = 64;

    private final ByteStream stream;
    private @Nullable ByteBuffer bytes;
    private @Nullable IOException error;
    private @Nullable Runnable whenDone;
    private boolean done;

    private PendingRead(ByteStream stream) {
        this.stream = stream;
    }

    /** Starts a read of {@code stream}, which has no read timeout. */
    static PendingRead start(ByteStream stream) {
        var read = new PendingRead(stream);
        Thread.startVirtualThread(read::run);
        return read;
    }

    private void run() {
        ByteBuffer into = ByteBuffer.allocate(SIZE);
        @Nullable IOException failure = null;
        try {
            stream.read(into);
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException("the stream failed: " + e, e);
        }
        @Nullable Runnable listener;
        synchronized (this) {
            into.flip();
            bytes = into.hasRemaining() ? into : null;
            error = failure;
            done = true;
            listener = whenDone;
            whenDone = null;
            notifyAll();
        }
        if (listener != null) {
            listener.run();
        }
    }

    /** The stream that is read. */
    ByteStream stream() {
        return stream;
    }

    /** Has {@code listener} called once it is done: on the reading thread, or here if it is done already. It must not block. */
    void whenDone(Runnable listener) {
        synchronized (this) {
            if (!done) {
                whenDone = listener;
                return;
            }
        }
        listener.run();
    }

    /** Forgets the listener. */
    synchronized void forget() {
        whenDone = null;
    }

    /** Whether a read has to come here first: it is pending, or its bytes or its error have not been taken. */
    synchronized boolean isInTheWay() {
        return !done || bytes != null || error != null;
    }

    /**
     * Waits until it is done and takes what there is.
     *
     * @param into has room
     * @param millis how long to wait; 0 for no bound
     * @return bytes put into {@code into}; or -1 at the end
     * @throws TimedOut if the time passed; the read goes on
     * @throws IOException what the read threw
     */
    synchronized int take(ByteBuffer into, int millis) throws IOException {
        await(millis);
        IOException failure = error;
        if (failure != null) {
            error = null;
            throw failure;
        }
        ByteBuffer came = bytes;
        if (came == null) {
            return -1;
        }
        int count = Math.min(came.remaining(), into.remaining());
        into.put(into.position(), came, came.position(), count).position(into.position() + count);
        came.position(came.position() + count);
        if (!came.hasRemaining()) {
            bytes = null;
        }
        return count;
    }

    private synchronized void await(int millis) throws IOException {
        long start = System.nanoTime();
        while (!done) {
            long left = millis - (System.nanoTime() - start) / 1_000_000;
            if (millis != 0 && left <= 0) {
                throw new TimedOut("nothing was received within " + millis + " ms");
            }
            try {
                wait(millis == 0 ? 0 : left);
            } catch (InterruptedException e) {
                // As every blocked read of a stream: interrupted means aborted.
                stream.abort();
                Thread.currentThread().interrupt();
                throw new ClosedByInterruptException();
            }
        }
    }
}
