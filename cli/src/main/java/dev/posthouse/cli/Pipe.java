package dev.posthouse.cli;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.connection.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Standard input to the peer, the peer to standard output, until both have ended.
 *
 * <p>The end of input is a half-close. Where something on the way knows none and closes everything at the first end, an
 * end that has sent nothing waits until the peer has ended: {@code accept < /dev/null > file} must not cut the peer's
 * transfer. If input is a terminal, the peer's end is the end: nobody would type into nothing.
 */
final class Pipe {

    /** What one read or write moves at most. */
    private static final int CHUNK = 256 * 1_024;

    private final Connection connection;
    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final boolean typed;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch peerEnded = new CountDownLatch(1);
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable IOException sendFailure;
    private volatile String reason = "completed";

    /** @param typed whether {@code in} is a terminal */
    Pipe(Connection connection, ReadableByteChannel in, WritableByteChannel out, boolean typed) {
        this.connection = connection;
        this.in = in;
        this.out = out;
        this.typed = typed;
    }

    long sent() {
        return sent.get();
    }

    long received() {
        return received.get();
    }

    String reason() {
        return reason;
    }

    /** Ends it as interrupted; whether it was still running. */
    boolean interrupted() {
        return ended.compareAndSet(false, true);
    }

    /** Notes the ordinary end; false if it was interrupted before. */
    boolean ended() {
        return ended.compareAndSet(false, true);
    }

    /** Moves everything. Reading and writing of the standard streams blocks a platform thread each. */
    void run() throws IOException {
        Thread sender = Thread.ofPlatform().name("posthouse-input").daemon().start(this::send);
        try {
            receive();
            peerEnded.countDown();
            if (!typed) {
                sender.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            reason = "peer-reset";
            throw e;
        }
        IOException failure = sendFailure;
        if (failure != null) {
            reason = "peer-reset";
            throw failure;
        }
    }

    private void receive() throws IOException {
        ByteStream stream = connection.stream();
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        while (stream.read(buffer.clear()) >= 0) {
            received.addAndGet(buffer.flip().remaining());
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
    }

    private void send() {
        ByteStream stream = connection.stream();
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        try {
            while (in.read(buffer.clear()) >= 0) {
                int count = buffer.flip().remaining();
                stream.write(buffer);
                sent.addAndGet(count);
            }
            if (sent.get() == 0 && !connection.carriesHalfClose()) {
                peerEnded.await();
            }
            stream.shutdownOutput();
        } catch (IOException e) {
            sendFailure = e;
            // The other direction cannot go on either, and would wait for ever.
            if (peerEnded.getCount() > 0) {
                stream.abort();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
