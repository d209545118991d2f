package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.budget.Holding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * One socket of a {@link NioSplice}, and the direction from it to its partner.
 *
 * <p>The direction is <i>open</i>: read from this socket whenever there is something; or <i>waiting</i>: something read
 * could not be written, is kept in a buffer, and nothing is read until it is gone; or <i>held</i> by a meter until a
 * retry time; or <i>ended</i>: the peer's end was read and passed on.
 *
 * <p>Runs on the loop's thread, but for {@link #moved()}.
 */
final class Leg implements KeyHandler {

    /** The shortest wait for a meter: a meter that has nothing yet must not make the loop spin. */
    private static final long SHORTEST_HOLD_NANOS = 1_000_000;

    /** The most that is read at once for a reader for whom much is held already. */
    private static final int LITTLE = 4 * 1024;

    private final NioSplice splice;
    private final TcpStream stream;
    // For what waits for this one's peer.
    private final Holding holding;
    private @Nullable SelectionKey key;
    // Bytes that were read ahead by whoever had the stream before; they are what is read first.
    private @Nullable ByteBuffer front;
    // Read from here, not yet written to the partner.
    private @Nullable ByteBuffer waiting;
    // Since when the partner has taken nothing of it.
    private long waitingSince;
    private long retryAt;
    // Written by the loop, read by anyone.
    private volatile long moved;
    private boolean held;
    private boolean ended;

    Leg(NioSplice splice, TcpStream stream, @Nullable ByteBuffer front, Holding holding) {
        this.splice = splice;
        this.stream = stream;
        this.front = front;
        this.holding = holding;
    }

    TcpStream stream() {
        return stream;
    }

    long moved() {
        return moved;
    }

    boolean isWaiting() {
        return waiting != null;
    }

    /** Whether the peer's end was read and passed on; nothing can wait then, as nothing is read while something does. */
    boolean hasEnded() {
        return ended;
    }

    /** Nanoseconds until what waits has waited for {@code limit}, or {@link Long#MAX_VALUE} if nothing waits. */
    long stallDelay(long now, long limit) {
        return waiting == null ? Long.MAX_VALUE : waitingSince + limit - now;
    }

    boolean isStalled(long now, long limit) {
        return waiting != null && now - waitingSince >= limit;
    }

    /** Tries to write what waits, though the selector has not said that it would go. */
    void writeAgain() {
        try {
            flush();
        } catch (IOException e) {
            splice.broken(e);
        }
    }

    void register(SelectorLoop loop) throws IOException {
        key = loop.register(stream.channel(), 0, this);
    }

    /** Moves the bytes that were read ahead, and asks for more. Both legs are registered. */
    void begin() throws IOException {
        if (front != null) {
            move();
        }
        updateInterest();
    }

    @Override
    public void ready(SelectionKey ready) {
        if (splice.isOver()) {
            return;
        }
        try {
            int ops = ready.readyOps();
            if ((ops & SelectionKey.OP_WRITE) != 0) {
                splice.partner(this).flush();
            }
            if ((ops & SelectionKey.OP_READ) != 0) {
                move();
            }
        } catch (IOException e) {
            splice.broken(e);
        }
    }

    @Override
    public void stop(Reason reason, @Nullable Throwable cause) {
        splice.stop(reason, cause);
    }

    /** Asks the meters again if it is time. */
    void retry(long now) {
        if (!held || now - retryAt < 0) {
            return;
        }
        held = false;
        try {
            move();
            updateInterest();
        } catch (IOException e) {
            splice.broken(e);
        }
    }

    /** Nanoseconds until the retry time, or {@link Long#MAX_VALUE}. */
    long retryDelay(long now) {
        return held ? Math.max(0, retryAt - now) : Long.MAX_VALUE;
    }

    /** Gives up what it has. Returns how many bytes were written to the partner. */
    long release() {
        ByteBuffer kept = waiting;
        if (kept == null) {
            return moved;
        }
        waiting = null;
        int undelivered = kept.remaining();
        giveBack(kept);
        return moved - undelivered;
    }

    /**
     * Reads once, and writes what was read at once. Reading on while there is more was measured to be dearer for each
     * byte (decision 001); only what was read ahead goes in one go, since no wake-up comes for it.
     */
    private void move() throws IOException {
        do {
            if (!mayRead()) {
                return;
            }
            splice.movedAt(splice.loop().now());
            int count = read();
            if (count < 0) {
                ended = true;
                updateInterest();
                splice.partner(this).stream.shutdownOutput();
                splice.progressed();
            } else if (count > 0) {
                count(count);
                write();
            }
        } while (front != null);
    }

    private boolean mayRead() {
        return waiting == null && !held && !ended && !splice.closedForReading();
    }

    /** Reads into the loop's buffer and flips it. 0: nothing there, or nothing allowed; -1: the end. */
    private int read() throws IOException {
        int room = splice.loop().buffers().room();
        if (splice.partner(this).holding.isCrowded()) {
            room = Math.min(room, LITTLE);
        }
        Meter meter = splice.meterOf(this);
        if (meter == null) {
            return receive(room);
        }
        long now = splice.loop().now();
        int allowed = meter.take(room, now);
        if (allowed == 0) {
            held = true;
            retryAt = now + Math.max(SHORTEST_HOLD_NANOS, meter.retryAfter(now));
            splice.movedAt(retryAt);
            updateInterest();
            splice.rearm();
            return 0;
        }
        if (allowed == Meter.EXHAUSTED) {
            // An end may still be read. A byte may not: it is one too many, and goes nowhere.
            int count = receive(1);
            if (count > 0) {
                splice.limit();
                return 0;
            }
            return count;
        }
        int used = 0;
        try {
            int count = receive(allowed);
            used = Math.max(0, count);
            return count;
        } finally {
            meter.settle(used, allowed - used);
        }
    }

    private int receive(int limit) throws IOException {
        ByteBuffer buffer = splice.loop().buffers().current(limit);
        ByteBuffer first = front;
        int count;
        if (first == null) {
            count = stream.channel().read(buffer);
        } else {
            count = Math.min(limit, first.remaining());
            buffer.put(0, first, first.position(), count).position(count);
            first.position(first.position() + count);
            if (!first.hasRemaining()) {
                front = null;
            }
        }
        buffer.flip();
        return count;
    }

    /** Writes the loop's buffer to the partner, and keeps what does not go. */
    private void write() throws IOException {
        LoopBuffers buffers = splice.loop().buffers();
        Leg partner = splice.partner(this);
        ByteBuffer buffer = buffers.current();
        partner.stream.channel().write(buffer);
        if (buffer.hasRemaining()) {
            ByteBuffer rest = buffers.keepRest(partner.holding);
            if (rest == null) {
                splice.overBudget();
                return;
            }
            waiting = rest;
            waitingSince = splice.loop().now();
            splice.waitsSince(waitingSince);
            updateInterest();
            partner.updateInterest();
        }
    }

    /** The partner can be written: writes what waits, and goes on when it is gone. */
    private void flush() throws IOException {
        ByteBuffer kept = waiting;
        if (kept == null) {
            return;
        }
        Leg partner = splice.partner(this);
        if (partner.stream.channel().write(kept) > 0) {
            waitingSince = splice.loop().now();
            splice.movedAt(waitingSince);
        }
        if (kept.hasRemaining()) {
            return;
        }
        waiting = null;
        giveBack(kept);
        // There is most likely more: asking at once saves a turn.
        move();
        if (!splice.isOver()) {
            updateInterest();
            partner.updateInterest();
            splice.progressed();
        }
    }

    private void giveBack(ByteBuffer kept) {
        splice.loop().buffers().release(kept, splice.partner(this).holding);
    }

    /** Tells the selector what this socket waits for, if that has changed. */
    void updateInterest() {
        SelectionKey mine = key;
        if (mine == null || splice.isOver()) {
            return;
        }
        int interest = (mayRead() ? SelectionKey.OP_READ : 0)
                | (splice.partner(this).waiting != null ? SelectionKey.OP_WRITE : 0);
        if (interest != mine.interestOps()) {
            mine.interestOps(interest);
        }
    }

    private void count(int count) {
        long total = moved + count;
        moved = total;
    }
}
