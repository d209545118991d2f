package dev.posthouse.offset.channel;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.wire.KaMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a secure channel alive, and gives it up when the peer does not (spec 5): sends a keepalive when nothing else was
 * sent for half the time, and aborts when nothing was heard for the whole of it.
 *
 * <p>Unlike the original's, its timers run beside the data: they go on while a send is blocked by a slow peer, and the
 * peer's silence counts only while somebody here waits to hear of it (spec 13.1 #5).
 */
public final class KeepAlive implements MessageStream {

    /** To a peer that does not read keepalives wait like everything else: one that is being sent, and one behind it. */
    private static final int MOST_OWED = 2;

    private final SecureChannel below;
    private final int limit;
    private final int longestFrame;
    private final Ticks.Registration ticking;
    /** Keepalives that are being sent, or are to be. Only the clock adds to them. */
    private final AtomicInteger owed = new AtomicInteger();

    private volatile boolean receiving;
    private volatile boolean expired;
    // Set by the reader and by the senders, taken back by the clock, which alone counts: if both sides wrote a count, a
    // zero could be lost, and a peer that speaks in time be given up.
    private volatile boolean heard;
    private volatile boolean sent;
    // The clock's.
    private int silent;
    private int idle;

    private KeepAlive(SecureChannel below, ChannelSettings settings, Ticks ticks) {
        this.below = below;
        this.limit = settings.keepAliveTicks();
        this.longestFrame = settings.longestFrame();
        this.ticking = ticks.each(this::tick);
    }

    /**
     * Starts keeping it alive; ends with the stream.
     *
     * @param below taken over
     * @param ticks also counted by {@code below} for its rekeys
     */
    public static KeepAlive over(SecureChannel below, ChannelSettings settings, Ticks ticks) {
        return new KeepAlive(below, settings, ticks);
    }

    /** The channel below, for its peer and its rekeys; not to be read or written. */
    public SecureChannel channel() {
        return below;
    }

    /** Who the peer has proved to be. */
    public PublicKey peer() {
        return below.peer();
    }

    private void tick() {
        if (heard) {
            heard = false;
            silent = 0;
        }
        if (sent) {
            sent = false;
            idle = 0;
        }
        if (receiving && ++silent >= limit) {
            expired = true;
            abort();
            return;
        }
        below.tick();
        if (++idle >= limit / 2) {
            idle = 0;
            if (owed.get() < MOST_OWED && owed.getAndIncrement() == 0) {
                Thread.startVirtualThread(this::beat);
            }
        }
    }

    private void beat() {
        do {
            try {
                below.send(KaMessage.keepAlive());
            } catch (IOException e) {
                // Whoever reads or sends learns of it.
            }
        } while (owed.decrementAndGet() > 0);
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        receiving = true;
        try {
            while (true) {
                Optional<ByteBuffer> wrapped = below.receive();
                if (wrapped.isEmpty()) {
                    ticking.close();
                    return wrapped;
                }
                Optional<ByteBuffer> message = KaMessage.decode(wrapped.get(), longestFrame);
                heard = true;
                if (message.isPresent()) {
                    return message;
                }
            }
        } catch (IOException e) {
            ticking.close();
            throw expired ? new TimedOut("the peer was silent for " + limit + " ticks", e) : e;
        } finally {
            receiving = false;
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        below.send(KaMessage.message(message));
        message.position(message.limit());
        sent = true;
    }

    @Override
    public int longest() {
        return Overheads.longestIn(below.longest(), 0);
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public void abort() {
        ticking.close();
        below.abort();
    }

    @Override
    public void close() throws IOException {
        ticking.close();
        below.close();
    }
}
