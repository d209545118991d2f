package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.StreamKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames, each whole. What is due besides data is noted and goes out ahead of the next frame by whoever writes that; where nobody
 * writes, a virtual thread does it, so that who reads never waits for a write: two ends that both wait so would wait for ever. Only where
 * nothing of ours is under way does who reads write itself: the few bytes then find room, since the peer has to read RECEIVED before it
 * may send what makes the next one due. That is the receiver of a file, which so needs no other thread.
 *
 * <p>One lock is held for a frame at a time.
 */
final class Outgoing {

    /** What a writer asks of the stream, under the lock of this class. */
    interface Positions {
        /** How many the application has taken. */
        long taken();

        /** Whether the peer has taken all that was sent. */
        boolean nothingUnderWay();
    }

    private final ByteStream below;
    private final Positions positions;
    private final int window;
    private final Runnable onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicBoolean receivedDue = new AtomicBoolean();
    private final AtomicBoolean pingDue = new AtomicBoolean();
    private final AtomicReference<byte @Nullable []> pongDue = new AtomicReference<>();
    private final AtomicBoolean errand = new AtomicBoolean();
    /** Whether it is the system that copies what is written: what goes through cipher or memory is not aligned there by padding here. */
    private final boolean aligned;

    // Guarded by the lock.
    private boolean over;
    private long written;

    /**
     * @param onFailure told when writing below fails outside a call of the application's; why can be read
     */
    Outgoing(ByteStream below, Positions positions, int window, Runnable onFailure) {
        this.below = below;
        this.positions = positions;
        this.window = window;
        this.aligned = below.kind() == StreamKind.TCP;
        this.onFailure = onFailure;
    }

    /** Writes {@code bytes} as one frame of data. */
    void data(ByteBuffer bytes) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            writeDue();
            int length = bytes.remaining();
            ByteBuffer lead = aligned ? Frames.aligned(written, length) : Frames.header(Frames.DATA, length);
            written += (long) lead.remaining() + length;
            below.write(lead, bytes);
        } finally {
            lock.unlock();
        }
        runErrand(); // what became due meanwhile must not wait for the next frame of ours
    }

    void end() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            writeDue();
            below.write(Frames.header(Frames.END, 0));
        } finally {
            lock.unlock();
        }
        runErrand();
    }

    /**
     * Writes the last words, and ends the output below.
     *
     * @param end whether the direction ends in order
     * @param reason why the stream is given up, if it is
     * @return false if a write that does not come to its end within {@code millis} is in the way
     * @throws IOException if they cannot be written, or not within {@code millis}: the stream below is closed then
     */
    boolean last(boolean end, @Nullable AbortReason reason, long millis) throws IOException, InterruptedException {
        if (!lock.tryLock(millis, TimeUnit.MILLISECONDS)) {
            return false;
        }
        try {
            if (!over) {
                // A peer that does not read must not keep them from coming to their end.
                Deadline.within(below, Duration.ofMillis(millis), "the last words", () -> {
                    writeDue();
                    over = true;
                    if (end) {
                        below.write(Frames.header(Frames.END, 0));
                    }
                    if (reason != null) {
                        below.write(Frames.header(Frames.ABORT, 1), ByteBuffer.wrap(new byte[] {(byte) reason.code()}));
                    }
                    below.shutdownOutput();
                    return true;
                });
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #receivedIsDue}, and writes it on the calling thread where that cannot be held up. */
    void tellReceived() {
        receivedDue.set(true);
        if (lock.tryLock()) {
            try {
                if (positions.nothingUnderWay()) {
                    writeDue();
                }
            } catch (IOException e) {
                onFailure.run();
                return;
            } finally {
                lock.unlock();
            }
        }
        runErrand();
    }

    void receivedIsDue() {
        receivedDue.set(true);
        runErrand();
    }

    void pingIsDue() {
        pingDue.set(true);
        runErrand();
    }

    /** A later question takes the place of one that is not answered yet. */
    void pongIsDue(byte[] question) {
        pongDue.set(question);
        runErrand();
    }

    boolean anythingDue() {
        return receivedDue.get() || pingDue.get() || pongDue.get() != null;
    }

    private void runErrand() {
        if (anythingDue() && errand.compareAndSet(false, true)) {
            boolean started = false;
            try {
                Thread.ofVirtual().name("posthouse-acknowledge").start(this::doErrand);
                started = true;
            } finally {
                if (!started) {
                    errand.set(false); // there was no memory for its thread: the next word takes this one along
                }
            }
        }
    }

    private void doErrand() {
        try {
            lock.lock();
            try {
                writeDue();
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            onFailure.run();
            return; // and nothing more is ever written
        } catch (RuntimeException | Error e) {
            errand.set(false);
            throw e;
        }
        errand.set(false);
        runErrand();
    }

    /** Under the lock. */
    private void writeDue() throws IOException {
        if (over) {
            // Nobody wants it any more, and what stayed due would call for one errand after the other.
            receivedDue.set(false);
            pingDue.set(false);
            pongDue.set(null);
        }
        if (!anythingDue()) {
            return;
        }
        ByteBuffer due = ByteBuffer.allocate(2 * (Frames.HEADER + Frames.MAX_CONTROL)
                + Frames.HEADER
                + Frames.RECEIVED_LENGTH
                + Frames.MOST_PADDING);
        // First, since it is the greeting, too.
        if (receivedDue.getAndSet(false)) {
            long position = positions.taken();
            Frames.putReceived(due, position, position + window);
        }
        byte[] question = pongDue.getAndSet(null);
        if (question != null) {
            Frames.put(due, Frames.PONG, question);
        }
        if (pingDue.getAndSet(false)) {
            Frames.put(due, Frames.PING);
        }
        if (aligned) {
            Frames.pad(due, due.position()); // another thread may write this, whose bytes the system puts elsewhere
        }
        written += due.position();
        below.write(due.flip());
    }
}
