package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.MessageStream;
import dev.posthouse.offset.wire.KaMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a secure channel alive, and gives it up when the peer does not (spec 5): sends a keepalive when nothing else was
 * sent for half the time, and aborts when nothing was heard for the whole of it; then whoever receives or sends, or was blocked in it, is
 * told that.
 *
 * <p>Unlike the original's, its timers run beside the data: they go on while a send is blocked by a slow peer, and the
 * peer's silence counts only while somebody here waits to hear of it (spec 13.1 #5).
 */
public final class KeepAlive implements MessageStream {

    /** To a peer that does not read keepalives wait like everything else: one that is being sent, and one behind it. */
    private static final int MOST_OWED = 2;

    private final SecureChannel below;
    private final String whose;
    private final @Nullable KeepAlive leg;
    private final Duration tick;
    private final int limit;
    private final int longestFrame;
    private final Ticks.Registration ticking;
    /** Keepalives that are being sent, or are to be. Only the clock adds to them. */
    private final AtomicInteger owed = new AtomicInteger();

    private volatile boolean receiving;
    // Set by the clock, before it aborts: whose silence that is for.
    private volatile @Nullable String silence;
    // Set by the reader and by the senders, taken back by the clock, which alone counts: if both sides wrote a count, a
    // zero could be lost, and a peer that speaks in time be given up.
    private volatile boolean heard;
    private volatile long lastHeard = System.nanoTime();
    private volatile boolean sent;
    // The clock's.
    private int silent;
    private int idle;

    private KeepAlive(
            SecureChannel below, String whose, @Nullable KeepAlive leg, ChannelSettings settings, Ticks ticks) {
        this.below = below;
        this.whose = whose;
        this.leg = leg;
        this.tick = ticks.length();
        this.limit = settings.keepAliveTicks();
        this.longestFrame = settings.longestFrame();
        this.ticking = ticks.each(this::tick);
    }

    /**
     * Starts keeping it alive; ends with the stream.
     *
     * @param below taken over
     * @param whose who is at its other end, for errors: "the relay"
     * @param ticks also counted by {@code below} for its rekeys
     */
    public static KeepAlive over(SecureChannel below, String whose, ChannelSettings settings, Ticks ticks) {
        return new KeepAlive(below, whose, null, settings, ticks);
    }

    /**
     * The same for a channel inside a tunnel. Where the relay has been silent for as long as the peer, it is the relay that was.
     *
     * @param leg carries the tunnel, with the same ticks
     */
    static KeepAlive within(KeepAlive leg, SecureChannel below, String whose, ChannelSettings settings, Ticks ticks) {
        return new KeepAlive(below, whose, leg, settings, ticks);
    }

    /** The channel below, for its peer and its rekeys; not to be read or written. */
    public SecureChannel channel() {
        return below;
    }

    /** Who the peer has proved to be. */
    public Ed25519PublicKey peer() {
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
            silence = whoseSilence();
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

    /** On the clock's thread, which is the leg's too. */
    private String whoseSilence() {
        KeepAlive under = leg;
        if (under == null) {
            return sayHowLong();
        }
        String known = under.silence;
        if (known == null && under.silent >= under.limit - 1 && !under.heard) {
            known = under.sayHowLong(); // its turn of this tick may come after this one
        }
        return known != null ? known : sayHowLong();
    }

    private String sayHowLong() {
        Duration time = tick.multipliedBy(limit);
        return whose + " was silent for "
                + (time.toMillisPart() == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms");
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
                below.unpacks(wrapped.get());
                Optional<ByteBuffer> message = KaMessage.decode(wrapped.get(), longestFrame);
                heard = true;
                lastHeard = System.nanoTime();
                if (message.isPresent()) {
                    return message;
                }
            }
        } catch (IOException e) {
            ticking.close();
            throw firstCause(e);
        } finally {
            receiving = false;
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        try {
            below.send(KaMessage.message(message));
        } catch (IOException e) {
            throw firstCause(e);
        }
        message.position(message.limit());
        sent = true;
    }

    /** Once it was given up, whatever was blocked fails with what the abort did to it: that is not why. */
    private IOException firstCause(IOException e) {
        String why = silence;
        return why == null ? e : new ConnectionLost(ConnectionLost.How.SILENT, why, e);
    }

    /**
     * {@inheritDoc} Or when the peer was last heard, if that is later: one that says that it lives will read on, however long it pauses.
     */
    @Override
    public OptionalLong lastTaken() {
        OptionalLong taken = below.lastTaken();
        long alive = lastHeard;
        return taken.isPresent() && alive - taken.getAsLong() > 0 ? OptionalLong.of(alive) : taken;
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
