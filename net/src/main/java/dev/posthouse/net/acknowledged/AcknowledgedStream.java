package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes between two of ours that says how it ends: each direction with a word of its own, and a connection that ends without
 * it was cut. The sender learns what the receiving application has taken; either end notices when the other has vanished, and tells it
 * when it gives up, and why. {@link Frames} has the protocol.
 *
 * <pre>{@code
 * stream.write(file);
 * stream.shutdownOutput();   // the end of this direction; the other goes on
 * stream.awaitReceived();    // returns when the peer has taken all of it
 * stream.close();
 * }</pre>
 *
 * <p><b>What counts as taken.</b> The bytes that a {@link #read} gave count as taken at the next call of {@code read}, {@link
 * #acknowledge()} or {@link #close()}: until then the application may still fail to write them down. The end counts as taken when it is
 * given, unless the application {@linkplain #confirmEndByHand() confirms} it.
 *
 * <p><b>Failures.</b> The first cause wins: every later call fails with it. What had come before, and the end behind it, can still be read.
 *
 * <p>Threads, buffers and time limits are those of {@link ByteStream}. {@link Monitor} has the state and says who reads below, {@link
 * Leaving} the last words; here are reading and writing, which hold no lock.
 */
public final class AcknowledgedStream extends DelegatingStream {

    /** More than {@link #close()} and {@link #abort()} take for their last words. */
    public static final Duration GONE = Duration.ofSeconds(4);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final AcknowledgedSettings settings;
    private final Monitor monitor;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Silence silence;
    private final Leaving leaving;
    private volatile Duration readTimeout = Duration.ZERO;
    private final AtomicLong heard = new AtomicLong();

    private AcknowledgedStream(ByteStream below, AcknowledgedSettings settings, Ticker ticker) {
        super(below);
        this.settings = settings;
        this.monitor = new Monitor(settings.window(), this::startSubstitute);
        this.incoming = new Incoming(below, new FromPeer());
        this.outgoing = new Outgoing(below, monitor, settings.window(), monitor::lookWhy);
        Duration tick = settings.deadAfter().isZero() || settings.deadAfter().compareTo(TICK.multipliedBy(8)) > 0
                ? TICK
                : settings.deadAfter().dividedBy(8);
        this.silence = new Silence(settings.deadAfter(), tick);
        this.leaving = new Leaving(below, monitor, outgoing, ticker.start(tick, this::tick));
    }

    /**
     * Speaks the acknowledged stream over a connection of which both ends know that it is spoken there. The greeting goes out at once.
     *
     * @param below given up by the caller; closed with this stream
     */
    public static AcknowledgedStream over(ByteStream below, AcknowledgedSettings settings) {
        return over(below, settings, Ticker.threads());
    }

    static AcknowledgedStream over(ByteStream below, AcknowledgedSettings settings, Ticker ticker) {
        var stream = new AcknowledgedStream(below, settings, ticker);
        stream.outgoing.receivedIsDue();
        return stream;
    }

    /**
     * Waits for the peer's greeting, which it sends as soon as it has the connection.
     *
     * @param limit positive
     * @throws TimedOut if it did not come in time: nobody is there
     * @throws IOException if the connection ended before
     */
    public void awaitPeer(Duration limit) throws IOException {
        try {
            monitor.awaitPeer(limit, System.nanoTime() + Timeouts.nanos(limit));
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    // ---- reading

    @Override
    public int read(ByteBuffer into) throws IOException {
        Duration limit = readTimeout;
        long due = System.nanoTime() + Timeouts.nanos(limit);
        acknowledge();
        while (true) {
            Duration left = limit.isZero() ? Duration.ZERO : Duration.ofNanos(Math.max(1, due - System.nanoTime()));
            int count = fromBacklog(into, limit, due);
            if (count < 0 && !monitor.endIsConfirmedByHand()) {
                acknowledge();
            }
            if (count != 0 || !into.hasRemaining()) {
                return count;
            }
            count = fromBelow(into, left);
            if (count > 0) {
                return count;
            }
        }
    }

    private int fromBacklog(ByteBuffer into, Duration limit, long due) throws IOException {
        try {
            return monitor.take(into, limit, due);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private int fromBelow(ByteBuffer into, Duration limit) throws IOException {
        int count = 0;
        @Nullable IOException problem = null;
        try {
            count = incoming.step(into, limit);
        } catch (IOException e) {
            problem = e;
        } finally {
            // Also where it throws what is our own fault, or the caller's: the place must be free again.
            monitor.applicationRead(count);
        }
        if (problem instanceof TimedOut timedOut && isOpen()) {
            throw new TimedOut("nothing was received in time", timedOut);
        }
        if (count == Incoming.ENDED || problem != null) {
            ended(problem);
        }
        return Math.max(0, count);
    }

    private Substitute substitute() {
        return new Substitute(incoming, monitor, this::ended);
    }

    private void startSubstitute() {
        Thread.ofVirtual().name("posthouse-reader").start(substitute()::stay);
    }

    /**
     * From now on the end counts as taken only when {@link #acknowledge()} or {@link #close()} is called: for an application that has
     * something to do behind the last byte that may fail, such as closing a file.
     */
    public void confirmEndByHand() {
        monitor.confirmEndByHand();
    }

    /** What was read so far, the end included, counts as taken by the application. */
    public void acknowledge() {
        if (monitor.acknowledge()) {
            outgoing.tellReceived();
        }
    }

    // ---- what the peer says

    private final class FromPeer implements Incoming.Listener {
        @Override
        public void heard() {
            heard.incrementAndGet();
        }

        @Override
        public void announced(int length) throws ProtocolViolation {
            monitor.announced(length);
        }

        @Override
        public void end() throws ProtocolViolation {
            monitor.inputEnded();
        }

        @Override
        public void received(long position, long most) throws ProtocolViolation {
            monitor.received(position, most);
        }

        @Override
        public void ping(byte[] question) {
            outgoing.pongIsDue(question);
        }

        @Override
        public void aborted(AbortReason reason) {
            monitor.fail(new ConnectionLost(ConnectionLost.How.ABORTED, "the peer gave up: " + reason.sentence()));
        }
    }

    // ---- writing

    @Override
    public int write(ByteBuffer from) throws IOException {
        int total = from.remaining();
        int end = from.limit();
        if (total == 0) {
            monitor.checkOpen();
            return 0;
        }
        try {
            while (from.position() < end) {
                int count = monitor.reserve(Math.min(end - from.position(), settings.frame()));
                from.limit(from.position() + count);
                outgoing.data(from);
                from.limit(end);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (IOException e) {
            throw causeOf(e);
        } finally {
            from.limit(end);
        }
        return total;
    }

    /** {@inheritDoc} Both are bytes of this stream, so that neither may go past it to the one below. */
    @Override
    public void write(ByteBuffer head, ByteBuffer body) throws IOException {
        write(head);
        write(body);
    }

    /** {@inheritDoc} Nothing of the connection below is ended by it. */
    @Override
    public void shutdownOutput() throws IOException {
        if (!monitor.endOutput()) {
            return;
        }
        try {
            outgoing.end();
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (IOException e) {
            throw causeOf(e);
        }
    }

    /** Always: the end of a direction is a word within the stream. */
    @Override
    public boolean carriesHalfClose() {
        return true;
    }

    /**
     * Waits until this direction has ended and the peer's application has taken everything, the end included. Reads below meanwhile, if
     * the application does not, and keeps what comes for it.
     *
     * @throws ConnectionLost if it never will
     * @throws IOException if this end was closed or aborted; that shows here when the connection below is closed, two seconds later at
     *     most
     */
    public void awaitReceived() throws IOException {
        Substitute substitute = substitute();
        try {
            while (!monitor.awaitReceived()) {
                substitute.readOnce();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    // ---- failures

    /** The connection below has ended, with or without a problem. */
    private void ended(@Nullable IOException problem) {
        monitor.belowEnded();
        if (problem != null && Thread.currentThread().isInterrupted()) {
            abort();
            return;
        }
        if (problem instanceof ProtocolViolation) {
            monitor.fail(problem);
            below().abort();
            return;
        }
        if (problem instanceof ConnectionLost) {
            // What is below knows better how it was lost: that its peer has fallen silent, for one.
            monitor.fail(problem);
            return;
        }
        monitor.fail(new ConnectionLost(
                ConnectionLost.How.CUT,
                problem == null ? "the connection was cut: it ended before the peer had said so" : Monitor.cut(problem),
                problem));
    }

    private IOException causeOf(IOException writing) {
        if (Thread.currentThread().isInterrupted()) {
            abort();
            return writing;
        }
        return monitor.causeOf(writing);
    }

    private ClosedByInterruptException interrupted() {
        abort();
        Thread.currentThread().interrupt();
        return new ClosedByInterruptException();
    }

    // ---- time

    @Override
    public void readTimeout(Duration limit) {
        Timeouts.millis(limit); // refuses what is no limit
        readTimeout = limit;
    }

    private void tick(long now) {
        switch (monitor.tick()) {
            case NOTHING_TO_WATCH -> {
                return;
            }
            case WATCH -> {}
            case WATCH_AND_TELL -> outgoing.receivedIsDue();
        }
        switch (silence.tick(now, heard.get())) {
            case WAIT -> {}
            case PING -> outgoing.pingIsDue();
            case GIVE_UP -> {
                monitor.fail(new ConnectionLost(
                        ConnectionLost.How.SILENT,
                        "nothing was heard from the peer for "
                                + settings.deadAfter().toSeconds() + " s"));
                below().abort();
            }
        }
    }

    // ---- the end

    @Override
    public boolean isOpen() {
        return monitor.isOpen();
    }

    /** {@inheritDoc} Says {@link AbortReason#UNSPECIFIED} to the peer. */
    @Override
    public void abort() {
        abort(AbortReason.UNSPECIFIED);
    }

    /** Gives the stream up and tells the peer why, as far as that can be told without waiting for it. Never blocks. */
    public void abort(AbortReason reason) {
        leaving.abort(reason);
    }

    /**
     * {@inheritDoc} What was read counts as taken. A direction that has not ended yet ends here; the peer is told if it still had something to
     * say. The connection below is closed in the background, in two seconds at most: see {@link #awaitGone}.
     */
    @Override
    public void close() throws IOException {
        acknowledge();
        leaving.close();
    }

    /**
     * Waits after {@link #close()} or {@link #abort()} until nothing is left to be delivered or said.
     *
     * @return false if that took longer than {@code limit}, or the thread was interrupted, which stays set
     */
    public boolean awaitGone(Duration limit) {
        return leaving.awaitGone(limit);
    }

    @Override
    public String toString() {
        return "acknowledged " + below();
    }
}
