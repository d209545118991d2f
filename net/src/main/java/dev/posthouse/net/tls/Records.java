package dev.posthouse.net.tls;

import dev.posthouse.net.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The JDK's TLS engine between plain bytes and the records on a stream. The incoming half ({@link #unwrap}, {@link #fill})
 * and the outgoing half ({@link #write}, {@link #flush}) are each for one thread at a time, which {@link TlsStream} sees
 * to with a lock for each; the engine itself is thread-safe.
 *
 * <p><b>Memory.</b> A connection lives long and is mostly silent, so what it holds while it waits counts: the engine
 * (about 4 KiB) and {@value #SMALL} bytes to wait with. Buffers of record size (16 KiB) exist only while there is that much
 * to move. The JDK's own socket keeps two of them for each direction once it has moved anything large, which is why
 * this is built on the engine.
 */
final class Records {

    /** What a read waits with. Holds a few small records whole. */
    private static final int SMALL = 512;

    /** Records that one write below carries at most: fewer calls for large writes, in 64 KiB of short-lived memory. */
    private static final int RECORDS_AT_ONCE = 4;

    /** Type, version, length (RFC 8446 section 5.1). */
    private static final int HEADER = 5;

    /** change_cipher_spec to application_data (RFC 8446 section 5.1). */
    private static final int LOWEST_TYPE = 20;

    private static final int HIGHEST_TYPE = 23;

    /** The most plain bytes in one record (RFC 8446 section 5.1). */
    private static final int PLAIN = 1 << 14;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteStream below;

    /** What was read and not unwrapped yet, between position and limit. */
    private ByteBuffer encrypted = NOTHING;

    /** Whether the last read filled all the room there was: more is likely waiting, so the next one gets more room. */
    private boolean more;

    Records(SSLEngine engine, ByteStream below) {
        this.engine = engine;
        this.below = below;
    }

    SSLEngine engine() {
        return engine;
    }

    ByteStream below() {
        return below;
    }

    // ---- incoming

    /** Unwraps at most one record of those that were read. */
    SSLEngineResult unwrap(ByteBuffer into) throws SSLException {
        SSLEngineResult result = engine.unwrap(encrypted, into);
        if (!encrypted.hasRemaining() && encrypted.capacity() > SMALL && !more) {
            encrypted = NOTHING; // the stream may be silent for days from now on
        }
        return result;
    }

    /**
     * Room that the plain bytes of the next record fit into, whatever its kind; empty if its header was not read yet.
     * Without the header, too, the engine asks for more room rather than for more input.
     */
    OptionalInt roomForNext() {
        return encrypted.remaining() < HEADER
                ? OptionalInt.empty()
                : OptionalInt.of(HEADER + Short.toUnsignedInt(encrypted.getShort(encrypted.position() + 3)));
    }

    /**
     * Reads more, blocking for its first byte.
     *
     * @return false at the end of the stream below
     */
    boolean fill() throws IOException {
        int large = 2 * engine.getSession().getPacketBufferSize();
        if (!encrypted.hasRemaining()) {
            int size = more ? large : SMALL;
            encrypted = encrypted.capacity() == size ? encrypted.clear() : ByteBuffer.allocate(size);
            encrypted.flip();
        } else if (encrypted.capacity() < large) {
            encrypted = ByteBuffer.allocate(large).put(encrypted).flip(); // a record larger than what it began in
        } else {
            encrypted.compact().flip();
        }
        int start = encrypted.position();
        encrypted.position(encrypted.limit()).limit(encrypted.capacity());
        try {
            int count = below.read(encrypted);
            more = !encrypted.hasRemaining();
            return count >= 0;
        } finally {
            encrypted.limit(encrypted.position()).position(start);
        }
    }

    /** Whether what was read and not unwrapped begins with the type of a record (RFC 8446 section 5.1). */
    boolean beginsAsTls() {
        int type = encrypted.hasRemaining() ? encrypted.get(encrypted.position()) : LOWEST_TYPE;
        return type >= LOWEST_TYPE && type <= HIGHEST_TYPE;
    }

    /** Whether the engine is in a handshake, with nothing of its own left to write. */
    boolean isNegotiating() {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK, NEED_UNWRAP, NEED_UNWRAP_AGAIN -> true;
            case NEED_WRAP, FINISHED, NOT_HANDSHAKING -> false;
        };
    }

    /** Runs what the engine wants computed, on this thread: a virtual one, where nothing else waits for it. */
    void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    // ---- outgoing

    /**
     * Wraps and writes all of {@code from}.
     *
     * @return false if the engine's outgoing half is closed, and nothing more can be written
     */
    boolean write(ByteBuffer from) throws IOException {
        int packet = engine.getSession().getPacketBufferSize();
        int records = Math.min(RECORDS_AT_ONCE, from.remaining() / PLAIN + 1);
        ByteBuffer out = ByteBuffer.allocate(records * packet);
        while (from.hasRemaining()) {
            SSLEngineResult result = engine.wrap(from, out);
            switch (result.getStatus()) {
                case CLOSED -> {
                    return false;
                }
                case OK -> {
                    if (result.bytesProduced() == 0) {
                        throw new SSLException("the peer began to negotiate anew, which is not supported");
                    }
                }
                case BUFFER_OVERFLOW -> {
                    if (out.position() == 0) {
                        out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()); // it has grown meanwhile
                    }
                }
                case BUFFER_UNDERFLOW -> throw new IllegalStateException("wrapping never lacks input");
            }
            if (out.remaining() < packet || !from.hasRemaining()) {
                below.write(out.flip());
                out.clear();
            }
        }
        return true;
    }

    /** Whether the engine has something to say by itself: a part of the handshake, an alert, a new key. */
    boolean mustFlush() {
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    /** Writes what the engine has to say by itself, in one write where it fits. */
    void flush() throws IOException {
        ByteBuffer out = NOTHING;
        boolean going = true;
        while (going && mustFlush()) {
            int packet = engine.getSession().getPacketBufferSize();
            if (out.remaining() < packet) {
                ByteBuffer larger = ByteBuffer.allocate(out.position() + 2 * packet);
                out = larger.put(out.flip());
            }
            SSLEngineResult result = engine.wrap(NOTHING.duplicate(), out);
            going = result.bytesProduced() > 0 || result.getHandshakeStatus() == HandshakeStatus.FINISHED;
        }
        if (out.position() > 0) {
            below.write(out.flip());
        }
    }
}
