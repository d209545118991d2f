package dev.posthouse.relay.splice;

import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link PumpedSplice}, on a virtual thread of its own: what is the same whether bytes are moved or
 * messages.
 *
 * <p>Meters are asked after reading, not before: a blocked read would hold what it had taken. What they do not allow yet
 * waits in the buffer.
 */
abstract class Pump implements Runnable {

    /**
     * Nanoseconds of passing on after which a pump leaves its carrier for good. Virtual threads are not preempted, and where the
     * processor is what is scarce a pump finds its source readable and its sink writable every time: as many pumps as there are
     * carriers would leave nothing to newcomers, to keepalives, or to other pumps. So each yields after every message, which
     * keeps the turns short; but that only puts it behind the carrier's own threads, and as long as there are two of them the
     * carrier does not look at those that were made runnable elsewhere. A timed wait brings a thread back from elsewhere, and
     * when all have done that the carrier has none of its own.
     */
    private static final long TURN = 1_000_000;

    final PumpedSplice splice;
    // These three: written by this thread, read by any.
    private volatile long moved;
    private volatile long lastMoved = System.nanoTime();
    private volatile boolean writing;
    /** When the write that is under way began; 0 for none. */
    private volatile long sinceWrite;

    private volatile @Nullable Thread thread;
    private long delivered;

    /** Nanoseconds of passing on since the thread last left its carrier; this thread's. */
    private long worked;

    Pump(PumpedSplice splice) {
        this.splice = splice;
    }

    /** Moves what comes until the source has ended, or the splice does not go on. */
    abstract void pump() throws IOException, InterruptedException;

    /**
     * Writes what the meters have allowed.
     *
     * @param part the next bytes of what {@link #pass} was given; its position is at its limit afterwards
     * @param last whether they are the last of it
     * @return how many bytes were written now
     */
    abstract int deliver(ByteBuffer part, boolean last) throws IOException;

    /** As {@link dev.posthouse.net.ByteStream#lastTaken()} of what it writes to. */
    abstract OptionalLong lastTaken();

    /** Bytes read so far. */
    final long moved() {
        return moved;
    }

    /** Bytes whose write has returned; to be asked when the pump has ended. */
    final long delivered() {
        return delivered;
    }

    /**
     * When something moved last, as {@link System#nanoTime()}; or when the meters will be asked again, while they hold
     * up what has come.
     */
    final long lastMoved() {
        return lastMoved;
    }

    /**
     * When the write that is under way last came forward, or began, as {@link System#nanoTime()}; empty if there is none, or
     * if the stream cannot tell.
     */
    final OptionalLong cameForward() {
        long since = sinceWrite;
        OptionalLong taken = lastTaken();
        if (since == 0 || taken.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(taken.getAsLong() - since > 0 ? taken.getAsLong() : since);
    }

    /** How long a write has not come forward, in nanoseconds; 0 if there is none under way. */
    final long standing(long now) {
        OptionalLong last = cameForward();
        return last.isEmpty() ? 0 : Math.max(0, now - last.getAsLong());
    }

    /** When something moved last, be it a part of a write that is still under way. */
    final long lastMovement() {
        long moved = lastMoved();
        long forward = cameForward().orElse(moved);
        return moved - forward > 0 ? moved : forward;
    }

    /**
     * Makes a write that is blocked look again whether something goes: the system calls a socket writable only when a third of its
     * buffer is free, megabytes perhaps, and a slow reader that has taken less would not show. A thread that waits for a
     * socket, a lock or a condition looks again whenever it is woken, so that a wake-up too many does no harm.
     *
     * @return whether a write is under way
     */
    final boolean writeAgain() {
        if (sinceWrite == 0) {
            return false;
        }
        LockSupport.unpark(thread);
        return true;
    }

    /** Something that may block because nobody reads. */
    @FunctionalInterface
    interface Write {
        int run() throws IOException;
    }

    /** Does {@code write}, so that {@link #cameForward} shows how it goes. */
    final int watched(Write write) throws IOException {
        sinceWrite = System.nanoTime() | 1;
        try {
            return write.run();
        } finally {
            sinceWrite = 0;
        }
    }

    final boolean isWriting() {
        return writing;
    }

    @Override
    public final void run() {
        thread = Thread.currentThread();
        try {
            pump();
        } catch (IOException e) {
            splice.fail(e instanceof LimitExceeded ? Reason.LIMIT_MEMORY : Reason.PEER_RESET, e);
        } catch (InterruptedException | RuntimeException | Error e) {
            // Nobody has this thread to interrupt it.
            splice.stop(Reason.INTERNAL, e);
        } finally {
            splice.pumpEnded();
        }
    }

    /** Something came; lets others run. */
    final void count(int count) {
        letOthersRun();
        lastMoved = System.nanoTime();
        long total = moved + count;
        moved = total;
    }

    // Virtual threads have no priorities; what the warning is about does not arise.
    @SuppressWarnings("ThreadPriorityCheck")
    private void letOthersRun() {
        if (worked >= TURN) {
            worked = 0;
            LockSupport.parkNanos(1);
        } else {
            Thread.yield();
        }
    }

    /** Passes on what is in {@code buffer}, as the meters allow; less of it only if the splice does not go on. */
    final void pass(ByteBuffer buffer) throws IOException, InterruptedException {
        Meter meter = splice.meterOf(this);
        int end = buffer.limit();
        while (buffer.position() < end) {
            int allowed = end - buffer.position();
            long wait = 0;
            // Said before looking at the cause and asking the meter: a limit that the other direction runs into then
            // either waits for this write, or prevents that anything is taken for it.
            writing = true;
            try {
                if (!splice.goesOn()) {
                    return;
                }
                if (meter != null) {
                    long now = System.nanoTime();
                    allowed = meter.take(allowed, now);
                    if (allowed == 0) {
                        wait = meter.retryAfter(now);
                        lastMoved = now + wait;
                    }
                }
                if (allowed > 0) {
                    allow(buffer.limit(buffer.position() + allowed), end, meter);
                }
            } finally {
                writing = false;
            }
            if (allowed == Meter.EXHAUSTED) {
                splice.limit(this);
                return;
            }
            if (splice.cause() == Reason.LIMIT_BYTES) {
                splice.drain(Splicer.DRAIN);
                return;
            }
            if (wait > 0) {
                splice.pause(wait);
            }
        }
    }

    private void allow(ByteBuffer part, int end, @Nullable Meter meter) throws IOException {
        int count = part.remaining();
        if (meter != null) {
            meter.settle(count, 0);
        }
        long start = System.nanoTime();
        try {
            delivered += watched(() -> deliver(part, part.limit() == end));
            long now = System.nanoTime();
            lastMoved = now;
            worked += now - start;
        } catch (IOException e) {
            if (splice.cause() != Reason.COMPLETED) {
                throw e;
            }
            // The sink went with the other direction: the rest is read and dropped, so that closing does not reset.
            part.position(part.limit());
        }
    }
}
