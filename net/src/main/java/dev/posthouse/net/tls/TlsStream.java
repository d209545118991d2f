package dev.posthouse.net.tls;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.StreamKind;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A TLS connection after its handshake. TLS 1.3 carries a half-close, TLS 1.2 does not. A connection that ends without
 * TLS's own end (close_notify) is an error to the reader, never an orderly end: anybody on the way can make a bare one.
 *
 * <p>The reader holds the input lock and the writer the output lock while they are at work; {@link #abort} takes neither
 * and goes to the stream below at once. Where the reader finds that something must be sent (an answer to a key update)
 * and the writer is at work, it is left to the writer, so that a peer that does not read cannot stop us from reading.
 */
public final class TlsStream implements ByteStream {

    /** What a close may wait for a peer that does not even take the few bytes of close_notify. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    /** What a close reads and drops of what the peer has under way, so that closing the socket does not become a reset. */
    private static final int DRAIN_LIMIT = 64 * 1024;

    private static final Duration DRAIN_WAIT = Duration.ofMillis(1);

    private final Records records;
    private final ByteStream below;
    private final boolean halfClose;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /** Why the connection is broken; the first cause, with which every later call fails. */
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    private final ReentrantLock input = new ReentrantLock();

    /** Guarded by {@link #input}: of a record that did not fit into the caller's buffer, what was not read yet. */
    private @Nullable ByteBuffer plain;

    /** Guarded by {@link #input}: close_notify was read. */
    private boolean inputEnded;

    private final ReentrantLock output = new ReentrantLock();

    /** Guarded by {@link #output}: close_notify was written, or is under way. */
    private boolean outputEnded;

    TlsStream(Records records) {
        this.records = records;
        this.below = records.below();
        this.halfClose = protocol().equals(Protocols.TLS_1_3);
    }

    /** The version that was negotiated, by the JDK's name: "TLSv1.3". */
    public String protocol() {
        return records.engine().getSession().getProtocol();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        input.lock();
        try {
            requireOpen();
            if (!into.hasRemaining()) {
                return 0;
            }
            while (true) {
                if (plain != null) {
                    return takePlain(plain, into);
                }
                if (inputEnded) {
                    return -1;
                }
                int count = unwrap(into);
                if (count > 0) {
                    return count;
                }
            }
        } catch (SSLException e) {
            // tells the peer why with an alert, then there is nothing more to do with the connection
            IOException cause = broken(e);
            fail();
            throw cause;
        } finally {
            input.unlock();
        }
    }

    /** Takes one step; returns how many bytes it brought into {@code into}. */
    private int unwrap(ByteBuffer into) throws IOException {
        SSLEngineResult result = records.unwrap(into);
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> fill();
            case BUFFER_OVERFLOW -> unwrapAside();
            case OK, CLOSED -> settle(result);
        }
        return result.bytesProduced();
    }

    /** The next record does not fit into the caller's buffer: its bytes wait here. */
    private void unwrapAside() throws IOException {
        OptionalInt size = records.roomForNext();
        if (size.isEmpty()) {
            fill();
            return;
        }
        ByteBuffer room = ByteBuffer.allocate(size.getAsInt());
        SSLEngineResult result = records.unwrap(room);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            fill();
            return;
        }
        if (room.flip().hasRemaining()) {
            plain = room;
        }
        settle(result);
    }

    private void fill() throws IOException {
        if (!records.fill()) {
            // Not a broken protocol: a host that dies, and proxies that never send it, end a connection like this.
            throw new ConnectionLost(
                    ConnectionLost.How.CUT,
                    "the connection ended without TLS's own end (close_notify): what arrived may have"
                            + " been cut short");
        }
    }

    /** After a record was unwrapped: does what it asks for. */
    private void settle(SSLEngineResult result) throws IOException {
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            inputEnded = true;
        }
        flushUnlessWriting();
        if (records.isNegotiating()) {
            // only TLS 1.2 has this; nobody needs it, and it is a way to burn a server's time
            throw new SSLException("the peer began to negotiate anew, which is not supported");
        }
    }

    private int takePlain(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
        if (!from.hasRemaining()) {
            plain = null;
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int total = from.remaining();
        output.lock();
        try {
            requireOpen();
            if (outputEnded) {
                throw new ClosedChannelException();
            }
            if (total > 0 && !records.write(from)) {
                throw new ClosedChannelException();
            }
        } catch (SSLException e) {
            IOException cause = broken(e);
            abort();
            throw cause;
        } catch (ClosedChannelException e) {
            requireNotBroken(); // who read may have found it broken, and closed it under this write
            throw e;
        } finally {
            output.unlock();
        }
        flushUnlessWriting();
        return total;
    }

    /** Looks again after each turn: whoever held the lock meanwhile may have found nothing to flush yet. */
    private void flushUnlessWriting() throws IOException {
        while (records.mustFlush() && output.tryLock()) {
            try {
                if (outputEnded && records.engine().isOutboundDone()) {
                    return;
                }
                records.flush();
            } finally {
                output.unlock();
            }
        }
    }

    @Override
    public OptionalLong lastTaken() {
        return below.lastTaken();
    }

    @Override
    public void shutdownOutput() throws IOException {
        output.lock();
        try {
            requireOpen();
            endOutput();
        } finally {
            output.unlock();
        }
    }

    /** Sends close_notify, and ends the stream below's direction with it where that leaves the other open. */
    private void endOutput() throws IOException {
        if (outputEnded) {
            return;
        }
        outputEnded = true;
        records.engine().closeOutbound();
        records.flush();
        if (below.carriesHalfClose()) {
            below.shutdownOutput();
        }
    }

    @Override
    public boolean carriesHalfClose() {
        return halfClose;
    }

    @Override
    public void readTimeout(Duration limit) {
        below.readTimeout(limit);
    }

    @Override
    public void abort() {
        open.set(false);
        below.abort();
    }

    /** The first cause, which is this one if there was none. */
    private IOException broken(SSLException e) {
        var cause = new ProtocolViolation("the TLS connection is broken: " + e.getMessage(), e);
        IOException before = failure.compareAndExchange(null, cause);
        return before == null ? cause : before;
    }

    /** Sends the alert that the engine has ready, if nobody is writing, and aborts. */
    private void fail() {
        if (output.tryLock()) {
            try {
                Deadline.within(below, CLOSE_LIMIT, "the TLS alert", () -> {
                    records.flush();
                    return true;
                });
            } catch (IOException e) {
                // the connection is given up anyway
            } finally {
                output.unlock();
            }
        }
        abort();
    }

    @Override
    public boolean isOpen() {
        return open.get() && below.isOpen();
    }

    /**
     * Sends close_notify and closes the stream below. Waits for nobody: while another thread is blocked in a write it
     * closes without close_notify, and a peer that takes nothing holds it for at most a second.
     */
    @Override
    public void close() throws IOException {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        if (below.isOpen() && output.tryLock()) {
            try {
                Deadline.within(below, CLOSE_LIMIT, "the end of the TLS connection", () -> {
                    endOutput();
                    drain();
                    return true;
                });
            } catch (IOException e) {
                // it could not be told: the peer will see that itself
            } finally {
                output.unlock();
            }
        }
        below.close();
    }

    /**
     * Takes what has arrived and nobody will read. A TLS 1.3 server sends session tickets that no caller ever sees: left
     * in the socket, they would make its close a reset, which can cost the peer what we wrote last.
     */
    private void drain() throws IOException {
        if (!input.tryLock()) {
            return; // a reader is at work, and has taken what there was
        }
        try {
            ByteBuffer dropped = ByteBuffer.allocate(4096);
            below.readTimeout(DRAIN_WAIT);
            int total = 0;
            while (!inputEnded && total < DRAIN_LIMIT) {
                int count = below.read(dropped.clear());
                if (count < 0) {
                    return;
                }
                total += count;
            }
        } catch (TimedOut e) {
            // nothing is under way
        } finally {
            input.unlock();
        }
    }

    @Override
    public StreamKind kind() {
        return StreamKind.TLS;
    }

    @Override
    public Optional<InetSocketAddress> localAddress() {
        return below.localAddress();
    }

    @Override
    public Optional<InetSocketAddress> remoteAddress() {
        return below.remoteAddress();
    }

    @Override
    public String toString() {
        return protocol() + " over " + below;
    }

    private void requireOpen() throws IOException {
        if (!isOpen()) {
            requireNotBroken();
            throw new ClosedChannelException();
        }
    }

    private void requireNotBroken() throws IOException {
        IOException first = failure.get();
        if (first != null) {
            throw first;
        }
    }
}
