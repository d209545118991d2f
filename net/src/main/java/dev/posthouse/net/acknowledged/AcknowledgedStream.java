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
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
 * <p><b>Who reads.</b> The stream below is read by one at a time, who holds the place of the <em>reader</em>:
 *
 * <ul>
 *   <li>nobody: between two reads of the application;
 *   <li>the application, within {@link #read}: data go straight into its buffer;
 *   <li>a substitute, a virtual thread that puts data into the backlog: it is started when somebody waits for what the peer says while
 *       the application does not read, and by a tick that finds the application away. It stays until something came while
 *       the application waits for the place, or until the connection ends.
 * </ul>
 *
 * <p><b>Failures.</b> The first cause wins: every later call fails with it. What had come before, and the end behind it, can still be read.
 *
 * <p>Threads, buffers and time limits are those of {@link ByteStream}. Everything below is guarded by one lock, which is never held
 * while the stream below is read or written.
 */
public final class AcknowledgedStream extends DelegatingStream {

    /** For the peer to end its side, too, after this end is done or has given up. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** More than {@link #close()} and {@link #abort()} take for their last words. */
    public static final Duration GONE = Duration.ofSeconds(4);

    /** For a frame that is being written when the stream is given up. */
    private static final long LAST_FRAME_MILLIS = 1_000;

    /** How long who waits for the peer's word leaves the reading to an application that is between two reads. */
    private static final long APPLICATION_NANOS = 20_000_000;

    private static final Duration TICK = Duration.ofSeconds(1);

    private enum Reader {
        NOBODY,
        APPLICATION,
        SUBSTITUTE
    }

    private final AcknowledgedSettings settings;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final Silence silence;
    private final Ticker.Registration ticks;
    private final CountDownLatch gone = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Duration readTimeout = Duration.ZERO;
    private final AtomicLong heard = new AtomicLong();

    // All guarded by the lock.
    private final Backlog backlog = new Backlog();
    private Reader reader = Reader.NOBODY;
    private boolean applicationWaits;
    private boolean applicationWasHere;
    private @Nullable IOException failure;
    private boolean closed;
    /** The peer has greeted. */
    private boolean greeted;
    /** The connection below brings nothing more. */
    private boolean belowEnded;

    private final InputPositions input;
    private boolean endByHand;
    private final OutputPositions output = new OutputPositions();

    private AcknowledgedStream(ByteStream below, AcknowledgedSettings settings, Ticker ticker) {
        super(below);
        this.settings = settings;
        this.input = new InputPositions(settings.window());
        this.incoming = new Incoming(below, new FromPeer());
        this.outgoing = new Outgoing(below, new ForWriters(), settings.window(), this::lookWhy);
        Duration tick = settings.deadAfter().isZero() || settings.deadAfter().compareTo(TICK.multipliedBy(8)) > 0
                ? TICK
                : settings.deadAfter().dividedBy(8);
        this.silence = new Silence(settings.deadAfter(), tick);
        this.ticks = ticker.start(tick, this::tick);
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
        long due = System.nanoTime() + Timeouts.nanos(limit);
        lock.lock();
        try {
            while (!greeted) {
                requireUsable();
                startSubstitute();
                long left = due - System.nanoTime();
                if (left <= 0) {
                    throw new TimedOut("the peer did not answer within " + limit.toMillis() + " ms");
                }
                await(left);
            }
        } finally {
            lock.unlock();
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
            if (count < 0) {
                acknowledgeEnd();
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

    /** What there is already, or the end; or 0, with the place of the reader taken. */
    private int fromBacklog(ByteBuffer into, Duration limit, long due) throws IOException {
        lock.lock();
        try {
            applicationWasHere = true;
            while (true) {
                requireOpen();
                if (!into.hasRemaining()) {
                    return 0;
                }
                if (!backlog.isEmpty()) {
                    int count = backlog.get(into);
                    input.gave(count);
                    return count;
                }
                if (input.ended()) {
                    input.gaveEnd();
                    return -1;
                }
                requireUsable();
                if (reader == Reader.NOBODY) {
                    reader = Reader.APPLICATION;
                    return 0;
                }
                long left = limit.isZero() ? Long.MAX_VALUE : due - System.nanoTime();
                if (left <= 0) {
                    throw new TimedOut("nothing was received within " + limit.toMillis() + " ms");
                }
                applicationWaits = true;
                try {
                    await(left);
                } finally {
                    applicationWaits = false;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private int fromBelow(ByteBuffer into, Duration limit) throws IOException {
        int count = 0;
        @Nullable IOException problem = null;
        try {
            count = incoming.step(into, limit);
        } catch (IOException e) {
            problem = e;
        }
        lock.lock();
        try {
            reader = Reader.NOBODY;
            changed.signalAll();
            if (count > 0) {
                input.gave(count);
            }
        } finally {
            lock.unlock();
        }
        if (problem instanceof TimedOut timedOut && isOpen()) {
            throw new TimedOut("nothing was received in time", timedOut);
        }
        if (count == Incoming.ENDED || problem != null) {
            ended(problem);
        }
        return Math.max(0, count);
    }

    /** Under the lock, where nobody reads. */
    private void startSubstitute() {
        if (reader == Reader.NOBODY && !belowEnded) {
            reader = Reader.SUBSTITUTE;
            Thread.ofVirtual().name("posthouse-reader").start(this::substitute);
        }
    }

    private void substitute() {
        ByteBuffer piece = ByteBuffer.allocate(16 * 1024);
        @Nullable IOException problem = null;
        boolean relieved = false;
        boolean over = false;
        while (!relieved && !over) {
            int count = 0;
            try {
                count = incoming.step(piece.clear(), Duration.ZERO);
            } catch (IOException e) {
                problem = e;
            }
            over = problem != null || count == Incoming.ENDED;
            lock.lock();
            try {
                if (count > 0 && !closed) {
                    backlog.put(piece.flip());
                }
                relieved = applicationWaits;
                if (relieved || over) {
                    reader = Reader.NOBODY;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        if (over) {
            ended(problem);
        }
    }

    /**
     * From now on the end counts as taken only when {@link #acknowledge()} or {@link #close()} is called: for an application that has
     * something to do behind the last byte that may fail, such as closing a file.
     */
    public void confirmEndByHand() {
        lock.lock();
        try {
            endByHand = true;
        } finally {
            lock.unlock();
        }
    }

    private void acknowledgeEnd() {
        boolean byHand;
        lock.lock();
        try {
            byHand = endByHand;
        } finally {
            lock.unlock();
        }
        if (!byHand) {
            acknowledge();
        }
    }

    /** What was read so far, the end included, counts as taken by the application. */
    public void acknowledge() {
        boolean due;
        lock.lock();
        try {
            due = input.take();
        } finally {
            lock.unlock();
        }
        if (due) {
            outgoing.tellReceived();
        }
    }

    private final class ForWriters implements Outgoing.Positions {
        @Override
        public long taken() {
            lock.lock();
            try {
                return input.taken();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean nothingUnderWay() {
            lock.lock();
            try {
                return output.nothingUnderWay();
            } finally {
                lock.unlock();
            }
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
            lock.lock();
            try {
                input.announced(length);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void end() throws ProtocolViolation {
            lock.lock();
            try {
                input.end();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void received(long position, long most) throws ProtocolViolation {
            lock.lock();
            try {
                output.received(position, most);
                greeted = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void ping(byte[] question) {
            outgoing.pongIsDue(question);
        }

        @Override
        public void aborted(AbortReason reason) {
            fail(new ConnectionLost(ConnectionLost.How.ABORTED, "the peer gave up: " + reason.sentence()));
        }
    }

    // ---- writing

    @Override
    public int write(ByteBuffer from) throws IOException {
        int total = from.remaining();
        int end = from.limit();
        if (total == 0) {
            lock.lock();
            try {
                requireOpen();
            } finally {
                lock.unlock();
            }
            return 0;
        }
        try {
            while (from.position() < end) {
                int count = reserve(end - from.position());
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

    /** Waits until something may be sent, and counts it as sent. */
    private int reserve(int wanted) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            requireWritable();
            int count = output.send(Math.min(wanted, settings.frame()));
            while (count == 0) {
                awaitWord();
                requireWritable();
                count = output.send(Math.min(wanted, settings.frame()));
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    private void requireWritable() throws IOException {
        requireUsable();
        if (output.ended()) {
            throw new ClosedChannelException();
        }
    }

    /** Waits for something to change that the peer has to say; under the lock. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void awaitWord() throws InterruptedException {
        if (input.ended() || !greeted) {
            startSubstitute(); // the application has no reason to read any more, or did not begin to
        }
        if (reader != Reader.NOBODY) {
            changed.await();
        } else if (changed.awaitNanos(APPLICATION_NANOS) <= 0) {
            startSubstitute();
        }
    }

    /** {@inheritDoc} Nothing of the connection below is ended by it. */
    @Override
    public void shutdownOutput() throws IOException {
        lock.lock();
        try {
            requireOpen();
            if (output.ended()) {
                return;
            }
            requireUsable();
            output.end();
        } finally {
            lock.unlock();
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
     * Waits until this direction has ended and the peer's application has taken everything, the end included.
     *
     * @throws ConnectionLost if it never will
     * @throws IOException if this end was closed or aborted
     */
    public void awaitReceived() throws IOException {
        lock.lock();
        try {
            while (!output.allReceived()) {
                requireUsable();
                awaitWord();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    // ---- failures

    /** What makes a later call fail; under the lock. */
    private void requireUsable() throws IOException {
        requireOpen();
        if (failure != null) {
            throw failure;
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void fail(IOException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause instanceof ConnectionLost || cause instanceof ProtocolViolation
                        ? cause
                        : new ConnectionLost(ConnectionLost.How.CUT, "the connection was cut: " + reason(cause), cause);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Writing failed where nobody waits for it: who reads finds out why. */
    private void lookWhy() {
        lock.lock();
        try {
            startSubstitute();
        } finally {
            lock.unlock();
        }
    }

    private static String reason(IOException cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? "it was closed below" : message;
    }

    /** The connection below has ended, with or without a problem. */
    private void ended(@Nullable IOException problem) {
        lock.lock();
        try {
            belowEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (problem != null && Thread.currentThread().isInterrupted()) {
            abort();
            return;
        }
        if (problem instanceof ProtocolViolation) {
            fail(problem);
            below().abort();
            return;
        }
        fail(new ConnectionLost(
                ConnectionLost.How.CUT,
                problem == null
                        ? "the connection was cut: it ended before the peer had said so"
                        : "the connection was cut: " + reason(problem),
                problem));
    }

    /** A write failed. The peer may have said why before it went, which is then still to be read. */
    private IOException causeOf(IOException writing) {
        if (Thread.currentThread().isInterrupted()) {
            abort();
            return writing;
        }
        lock.lock();
        try {
            long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            while (failure == null && !closed && !belowEnded && due > System.nanoTime()) {
                startSubstitute();
                var _ = changed.awaitNanos(due - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        fail(writing);
        lock.lock();
        try {
            return closed ? new ClosedChannelException() : failure == null ? writing : failure;
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private void await(long nanos) throws ClosedByInterruptException {
        try {
            if (nanos == Long.MAX_VALUE) {
                changed.await();
            } else {
                var _ = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
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
        boolean tell;
        lock.lock();
        try {
            if (closed || !greeted) {
                return; // whoever waits for the greeting has a limit of its own
            }
            if (!applicationWasHere && failure == null) {
                startSubstitute();
            }
            applicationWasHere = reader == Reader.APPLICATION;
            tell = input.tell() && failure == null;
        } finally {
            lock.unlock();
        }
        if (tell) {
            outgoing.receivedIsDue();
        }
        switch (silence.tick(now, heard.get())) {
            case WAIT -> {}
            case PING -> outgoing.pingIsDue();
            case GIVE_UP -> {
                fail(new ConnectionLost(
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
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** {@inheritDoc} Says {@link AbortReason#UNSPECIFIED} to the peer. */
    @Override
    public void abort() {
        abort(AbortReason.UNSPECIFIED);
    }

    /** Gives the stream up and tells the peer why, as far as that can be told without waiting for it. Never blocks. */
    public void abort(AbortReason reason) {
        if (markClosed()) {
            Thread.ofVirtual().name("posthouse-abort").start(() -> leave(false, reason));
        }
    }

    /**
     * {@inheritDoc} What was read counts as taken. A direction that has not ended yet ends here; the peer is told if it still had something to
     * say. The connection below is closed in the background, in two seconds at most: see {@link #awaitGone}.
     */
    @Override
    public void close() throws IOException {
        acknowledge();
        boolean end;
        boolean early;
        lock.lock();
        try {
            input.takeEnd();
            end = !output.ended() && failure == null;
            early = !input.allTaken();
            if (!closed) {
                output.end();
            }
        } finally {
            lock.unlock();
        }
        if (markClosed()) {
            outgoing.receivedIsDue();
            Thread.ofVirtual().name("posthouse-close").start(() -> leave(end, early ? AbortReason.CLOSED : null));
        }
    }

    private boolean markClosed() {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            backlog.clear();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The last word, then the peer's end is waited for, so that a reset does not overtake it. */
    private void leave(boolean end, @Nullable AbortReason reason) {
        ticks.cancel();
        try {
            if (outgoing.last(end, reason, LAST_FRAME_MILLIS)) {
                awaitEndBelow();
                below().close();
            } else {
                below().abort();
            }
        } catch (IOException e) {
            below().abort();
        } catch (InterruptedException e) {
            below().abort();
            Thread.currentThread().interrupt();
        } finally {
            gone.countDown();
        }
    }

    private void awaitEndBelow() throws InterruptedException {
        long due = System.nanoTime() + LINGER.toNanos();
        lock.lock();
        try {
            while (!belowEnded && due > System.nanoTime()) {
                startSubstitute();
                var _ = changed.awaitNanos(due - System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits after {@link #close()} or {@link #abort()} until nothing is left to be delivered or said.
     *
     * @return false if that took longer than {@code limit}, or the thread was interrupted, which stays set
     */
    public boolean awaitGone(Duration limit) {
        try {
            return gone.await(Timeouts.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return "acknowledged " + below();
    }
}
