package dev.posthouse.cli;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.acknowledged.AbortReason;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Standard input to the peer, the peer to standard output, until both have ended. Standard output is closed at the peer's end, so that a
 * filter behind it sees the end.
 *
 * <p><b>A connection that is {@linkplain StreamConnection#verified() verified}:</b> each direction ends for itself, and all is well when the
 * peer has taken everything and we have written everything down.
 *
 * <p><b>Any other:</b> whoever ends first ends both directions. An end that has sent nothing waits until the peer has ended, so that
 * {@code accept < /dev/null > file} does not cut the peer's transfer. One that has sent something gives the peer time to begin, and then
 * waits for as long as it is sending. The peer's end is the end of everything: what it has received is not known.
 *
 * <p><b>Failures.</b> The first cause wins. Local trouble aborts the connection, and the peer is told which.
 *
 * <p>{@link #run} is for one thread, which receives; a daemon thread of its own sends. Reading and writing of the standard streams blocks
 * a platform thread each.
 */
final class Pipe {

    /** What one read or write moves at most. */
    private static final int CHUNK = 512 * 1_024;

    /** A peer that has sent nothing for so long is taken to wait for our end. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    /** For a sender that is at the end of its input, and has only to notice it. */
    private static final Duration NOTICE = Duration.ofSeconds(1);

    private final StreamConnection connection;
    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final boolean typed;
    private final Duration quiet;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch peerEnded = new CountDownLatch(1);
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable IOException> cause = new AtomicReference<>();
    private volatile boolean outputEnded;
    private volatile long receivedBeforeOurEnd;

    /**
     * @param in a read waits for a byte, or the end
     * @param out closed at the peer's end
     * @param typed whether {@code in} is a terminal
     */
    Pipe(StreamConnection connection, ReadableByteChannel in, WritableByteChannel out, boolean typed) {
        this(connection, in, out, typed, QUIET);
    }

    /** @param quiet how long a peer that has not ended may send nothing until our end may cut it */
    Pipe(StreamConnection connection, ReadableByteChannel in, WritableByteChannel out, boolean typed, Duration quiet) {
        this.connection = connection;
        this.in = in;
        this.out = out;
        this.typed = typed;
        this.quiet = quiet;
    }

    long sent() {
        return sent.get();
    }

    long received() {
        return received.get();
    }

    /** How it ended, in the word of the JSON events. */
    String reason() {
        IOException failure = cause.get();
        return failure == null ? "completed" : Failures.label(failure);
    }

    /**
     * Ends it as interrupted, and tells the peer, as far as that can be told within seconds.
     *
     * @return whether it was still running
     */
    boolean interrupt() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        connection.abort(AbortReason.INTERRUPTED);
        try {
            connection.close();
        } catch (IOException e) {
            // The peer sees a cut then.
        }
        return true;
    }

    /** Notes that it has ended by itself; false if it was interrupted before. */
    boolean finish() {
        return over.compareAndSet(false, true);
    }

    /**
     * Moves everything.
     *
     * @throws LocalFailure if standard input or output failed
     * @throws IOException if the connection failed first
     */
    void run() throws IOException {
        Thread sender = Thread.ofPlatform().name("posthouse-input").daemon().start(this::send);
        try {
            receive();
            peerEnded.countDown();
            if (connection.verified()) {
                connection.awaitReceived();
            } else {
                endUnverified(sender);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.abort(AbortReason.INTERRUPTED);
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            cause.compareAndSet(null, e);
        }
        IOException first = cause.get();
        if (first != null) {
            connection.abort(AbortReason.UNSPECIFIED);
            throw first;
        }
    }

    private void receive() throws IOException {
        connection.confirmEndByHand(); // closing the output may fail
        ByteStream stream = connection.stream();
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        while (stream.read(buffer.clear()) >= 0) {
            buffer.flip();
            try {
                while (buffer.hasRemaining()) {
                    // Counted piece by piece, so that the count is that of the file whenever it ends.
                    received.addAndGet(out.write(buffer));
                }
            } catch (IOException e) {
                throw local(LocalFailure.Side.OUTPUT, e);
            }
        }
        try {
            out.close();
        } catch (IOException e) {
            throw local(LocalFailure.Side.OUTPUT, e);
        }
        connection.acknowledge();
    }

    /** Notes it as the cause, if it is the first, and tells the peer. */
    private LocalFailure local(LocalFailure.Side side, IOException failure) {
        var local = new LocalFailure(side, failure);
        cause.compareAndSet(null, local);
        connection.abort(side.reason());
        return local;
    }

    private void send() {
        ByteStream stream = connection.stream();
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        try {
            while (readInput(buffer.clear()) >= 0) {
                int count = buffer.flip().remaining();
                stream.write(buffer);
                sent.addAndGet(count);
            }
            if (!connection.carriesHalfClose()) {
                awaitLeaveToEnd();
            }
            receivedBeforeOurEnd = received.get();
            outputEnded = true;
            stream.shutdownOutput();
        } catch (IOException e) {
            sendingFailed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int readInput(ByteBuffer buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw local(LocalFailure.Side.INPUT, e);
        }
    }

    private void sendingFailed(IOException failure) {
        if (connection.verified()) {
            return; // the stream itself keeps its first cause, and whoever reads or waits there gets it
        }
        cause.compareAndSet(null, failure);
        // The other direction cannot go on either, and would wait for ever.
        if (peerEnded.getCount() > 0) {
            connection.stream().abort();
        }
    }

    // ---- where an end of one direction is the end of both

    /** Waits for as long as ending our direction would cut the peer's. */
    private void awaitLeaveToEnd() throws InterruptedException {
        if (sent.get() == 0) {
            peerEnded.await();
            return;
        }
        // Also where nothing has come yet: what the peer sends may be on its way, and a proxy would cut it off with our
        // end.
        long before;
        do {
            before = received.get();
            if (peerEnded.await(quiet.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } while (received.get() != before);
    }

    private void endUnverified(Thread sender) throws InterruptedException, IOException {
        if (typed || sender.join(NOTICE)) {
            boolean relayed = connection.route() instanceof Route.Relayed;
            if (relayed && outputEnded && received.get() > receivedBeforeOurEnd && sent.get() > 0) {
                throw new ConnectionLost(
                        ConnectionLost.How.CUT,
                        "the peer was still sending when our input ended, and a proxy or a server may have cut it then:"
                                + " what arrived may be a part");
            }
            return;
        }
        if (sent.get() > 0) {
            throw new ConnectionLost(
                    ConnectionLost.How.CUT,
                    "the peer has ended the connection before our input ended: what was sent last may not have arrived");
        }
    }
}
