package dev.posthouse.offset.client;

import dev.posthouse.net.Alarms;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * This end of a tunnel, from the end-to-end handshake until nothing is left of it: what {@link TunnelMessages} and {@link MessageBytes}
 * are two views of.
 *
 * <p><b>The end.</b> Offset knows no half-close: whoever ends its TCP connection ends the tunnel, and a connection that is closed
 * with unread bytes in it is reset and loses what it has not delivered yet. So an end sends its FIN first and goes on reading until the
 * other side has ended too (spec 2). What makes an end begin: {@link #close}, the FIN of the peer, {@link #endOutput}, or that both
 * directions have ended. It is carried out by one thread, for as long as the peer shows life (its keepalives; 32 ticks), but for {@link
 * #LINGER} at most.
 *
 * <p>Two threads belong to it: the inbox's, and from the beginning of the end on that which carries it out. The output lock is held for
 * one message at a time.
 */
final class Tunnel {

    /** How long an end waits for the other's; the relay does not wait longer either. */
    static final Duration LINGER = Duration.ofMinutes(10);

    /** For a message that is being written when the end begins, as for the frames below. */
    private static final Duration LAST_MESSAGE = Duration.ofSeconds(2);

    private final KeepAlive channel;
    private final int extensions;
    private final Inbox inbox;
    private final Consumer<Tunnel> onOver;
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch received = new CountDownLatch(1);
    private final ReentrantLock output = new ReentrantLock();
    // Guarded by the output lock.
    private boolean endSaid;
    // Guarded by this.
    private boolean ending;
    private boolean nearEnd;
    private volatile boolean outputOver;
    private volatile boolean closed;
    private volatile boolean asMessages;

    /**
     * @param channel end to end; taken over
     * @param extensions what both ends have said that they can do, bits of {@link ExchangeRandNonce}
     * @param onOver told once, when nothing is left of it
     */
    Tunnel(KeepAlive channel, int extensions, Consumer<Tunnel> onOver) {
        this.channel = channel;
        this.extensions = extensions;
        this.inbox = new Inbox(channel);
        this.onOver = onOver;
    }

    /** Starts to receive. */
    void start() {
        Thread.ofVirtual().name("offset inbox").start(() -> {
            try {
                inbox.fill();
                received.countDown();
                beginEnd();
            } catch (IOException e) {
                // What had come before can still be read.
                received.countDown();
                channel.abort();
                beginEnd();
            }
        });
    }

    Inbox inbox() {
        return inbox;
    }

    int longest() {
        return channel.longest();
    }

    /** Whether both end their direction with an empty message, and only that one. */
    boolean carriesHalfClose() {
        return carries(ExchangeRandNonce.HALF_CLOSE);
    }

    /** Whether both speak the acknowledged stream where the tunnel is used as a stream of bytes. */
    boolean carriesAcknowledged() {
        return carries(ExchangeRandNonce.ACKNOWLEDGED);
    }

    private boolean carries(int extension) {
        return (extensions & extension) != 0;
    }

    /** From now on messages are what the application sends and gets, and an empty one is one of them. */
    void useAsMessages() {
        asMessages = true;
    }

    boolean isOpen() {
        return !closed;
    }

    /** Whether it was closed, or has ended, and something is left to be done. */
    boolean lingers() {
        synchronized (this) {
            return (ending || nearEnd) && over.getCount() > 0;
        }
    }

    /** What lies above was closed, and will close this when it has said its last words. */
    synchronized void endIsNear() {
        nearEnd = true;
    }

    void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Sends one message. */
    void send(ByteBuffer message) throws IOException {
        lockOutput();
        try {
            requireOpen();
            if (outputOver || endSaid) {
                throw outputEnded();
            }
            put(message);
        } finally {
            output.unlock();
        }
    }

    /** With the output lock. Fails with what broke the tunnel, which the reader gets too, and not with what that did to this thread. */
    private void put(ByteBuffer message) throws IOException {
        try {
            channel.send(message);
        } catch (ClosedByInterruptException e) {
            abort();
            throw e;
        } catch (ClosedChannelException e) {
            throw closed ? e : outputEnded();
        } catch (IOException e) {
            throw inbox.failure().map(Inbox::broke).orElseGet(() -> Inbox.broke(e));
        }
    }

    private IOException outputEnded() {
        return inbox.failure()
                .map(Inbox::broke)
                .orElseGet(() ->
                        endSaid ? new ClosedChannelException() : new IOException("the peer has closed the tunnel"));
    }

    /** Ends the direction from here, and only that, with an empty message. A second time, or if the tunnel has ended, does nothing. */
    void sayEnd() throws IOException {
        lockOutput();
        try {
            requireOpen();
            if (outputOver && inbox.failure().isPresent()) {
                throw outputEnded();
            }
            if (!endSaid && !outputOver) {
                endSaid = true;
                put(ByteBuffer.allocate(0));
            }
        } finally {
            output.unlock();
        }
    }

    private void lockOutput() throws IOException {
        try {
            output.lockInterruptibly();
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    /** Ends the direction from here, and with it the tunnel; what the peer still sends is received. */
    void endOutput() throws IOException {
        requireOpen();
        beginEnd();
    }

    /** Ends the tunnel: nothing is sent or received any more, and what was sent is delivered in the background. */
    void close() {
        closed = true;
        inbox.close();
        beginEnd();
    }

    /** Begins what {@link #carryOutEnd} does; a second time does nothing. */
    void beginEnd() {
        synchronized (this) {
            if (ending) {
                return;
            }
            ending = true;
        }
        outputOver = true; // a writer that goes on would keep the lock for itself
        Thread.ofVirtual().name("offset end").start(this::carryOutEnd);
    }

    private void carryOutEnd() {
        // Aborting ends whatever is blocked, here and in the inbox.
        Alarms.Alarm timer = Alarms.shared()
                .setBlocking(LINGER, () -> giveUp("the peer did not end it within " + LINGER.toMinutes() + " minutes"));
        try {
            if (sayAllEnds()) {
                received.await();
                channel.close();
            } else {
                giveUp("the peer did not take what was being sent when it ended");
            }
        } catch (IOException e) {
            // It is broken, or was aborted: nothing is left that could be delivered.
            channel.abort();
        } catch (InterruptedException e) {
            channel.abort();
            Thread.currentThread().interrupt();
        } finally {
            timer.cancel();
            over.countDown();
            onOver.accept(this);
        }
    }

    private void giveUp(String why) {
        inbox.because(new IOException(why));
        channel.abort();
    }

    /** Whether it could: a writer that the peer holds up does not give way in time. */
    private boolean sayAllEnds() throws IOException, InterruptedException {
        if (!output.tryLock(LAST_MESSAGE.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            if (!endSaid && !asMessages && carriesHalfClose() && received.getCount() > 0) {
                endSaid = true;
                channel.send(ByteBuffer.allocate(0));
            }
            channel.shutdownOutput();
            return true;
        } finally {
            output.unlock();
        }
    }

    /** Ends the tunnel at once. Never blocks. */
    void abort() {
        closed = true;
        inbox.close();
        channel.abort();
        beginEnd();
    }

    /** Waits until nothing is left of it. */
    void awaitOver() throws InterruptedException {
        over.await();
    }

    /** The same, but not for longer than that; whether it is so. */
    boolean awaitOver(long nanos) throws InterruptedException {
        return over.await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public String toString() {
        return "a tunnel to " + channel.peer();
    }
}
