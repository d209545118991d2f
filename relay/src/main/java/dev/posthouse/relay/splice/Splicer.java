package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.PushbackStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The data path: {@link TcpStream}s, with or without bytes read ahead, on event loops; everything else on virtual
 * threads.
 *
 * <p>All methods may be called from any thread. Joining or watching after {@link #close} is not an error, since the two
 * may race: it ends at once with {@link Reason#SHUTDOWN}.
 */
public final class Splicer implements DataPath {

    /**
     * How long a splice whose allowance is used up stays after its last write, before both streams are reset: a reset
     * throws away what is still in the kernel's send queue, and the allowed bytes shall arrive. The same time bounds the
     * farewell where one stream cannot be half-closed.
     */
    static final Duration DRAIN = Duration.ofSeconds(1);

    /**
     * How long a splice of messages goes on reading the side that has not ended yet, after the other has: until it ends,
     * too, since closing earlier would reset it and throw away what a slow reader has not fetched yet. Whoever falls
     * silent meanwhile is found out by its own keepalive.
     */
    static final Duration MESSAGE_DRAIN = Duration.ofMinutes(10);

    /**
     * How long a splice whose allowance is used up waits for a reader that takes nothing of what was allowed, where no shorter
     * time is set.
     */
    static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /**
     * How a data path is built.
     *
     * @param loops how many event loops, each a thread with a selector; 1 or more
     * @param bufferBytes the size of a loop's buffer, which is what one wake-up moves at most and what a direction holds
     *     at most for a slow reader; 16 KiB to 16 MiB
     */
    public record Options(int loops, int bufferBytes) {

        /** Fewer makes each byte dearer. */
        private static final int LEAST_BUFFER = 16 * 1024;

        /** More than any socket takes at once. */
        private static final int LARGEST_BUFFER = 16 * 1024 * 1024;

        /** Beyond 256 KiB a byte does not get cheaper any more. */
        private static final int DEFAULT_BUFFER = 256 * 1024;

        public Options {
            if (loops < 1) {
                throw new IllegalArgumentException("a data path needs 1 loop or more, not " + loops);
            }
            if (bufferBytes < LEAST_BUFFER || bufferBytes > LARGEST_BUFFER) {
                throw new IllegalArgumentException(
                        "a loop's buffer has " + LEAST_BUFFER + " to " + LARGEST_BUFFER + " bytes, not " + bufferBytes);
            }
        }

        /** A loop for each processor, 256 KiB each. */
        public static Options defaults() {
            return new Options(Runtime.getRuntime().availableProcessors(), DEFAULT_BUFFER);
        }
    }

    private final AtomicReferenceArray<SelectorLoop> loops;
    private final Options options;
    private final Consumer<Throwable> faults;
    private final HeapBuffers heapBuffers = new HeapBuffers();
    private final AtomicInteger turn = new AtomicInteger();
    private final Object replacing = new Object();
    // What no loop knows, to be ended by close.
    private final Set<PumpedSplice> pumped = ConcurrentHashMap.newKeySet();
    private final Set<StreamWatch> streamWatches = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Splicer(List<SelectorLoop> loops, Options options, Consumer<Throwable> faults) {
        this.loops = new AtomicReferenceArray<>(loops.toArray(SelectorLoop[]::new));
        this.options = options;
        this.faults = faults;
    }

    /**
     * Starts a data path with {@link Options#defaults()}.
     *
     * @throws IOException if there are no descriptors for the selectors
     */
    public static Splicer start() throws IOException {
        return start(Options.defaults());
    }

    /**
     * Starts a data path whose faults nobody is told of.
     *
     * @throws IOException if there are no descriptors for the selectors
     */
    public static Splicer start(Options options) throws IOException {
        return start(options, fault -> {});
    }

    /**
     * Starts a data path.
     *
     * @param faults told what was thrown on a loop and ended no splice that could say so: a task of ours, or a selector that
     *     failed, whose loop is then replaced. Called on a loop; does not block
     * @throws IOException if there are no descriptors for the selectors
     */
    public static Splicer start(Options options, Consumer<Throwable> faults) throws IOException {
        var loops = new ArrayList<SelectorLoop>();
        try {
            for (int i = 0; i < options.loops(); i++) {
                loops.add(loop(i, options, faults));
            }
        } catch (IOException | RuntimeException | Error e) {
            loops.forEach(SelectorLoop::close);
            throw e;
        }
        return new Splicer(loops, options, faults);
    }

    private static SelectorLoop loop(int number, Options options, Consumer<Throwable> faults) throws IOException {
        return SelectorLoop.start("splice-" + number, options.bufferBytes(), faults);
    }

    @Override
    public Watch watch(ByteStream stream, Duration limit, Consumer<WatchEnd> onEnd) {
        long limitNanos = nanos(limit);
        stream.readTimeout(Duration.ZERO);
        if (stream instanceof PushbackStream pushed && pushed.front().hasRemaining()) {
            return EndedWatch.readable(clock(), stream, onEnd);
        }
        ByteStream bare = stream instanceof PushbackStream pushed ? pushed.below() : stream;
        if (bare instanceof TcpStream tcp) {
            return watched(() -> new NioWatch(leastLoaded(), tcp, limitNanos, onEnd));
        }
        PendingRead pending =
                bare instanceof PendingReadStream again && again.pending().isInTheWay()
                        ? again.pending()
                        : PendingRead.start(bare);
        var watch = new StreamWatch(clock(), pending, onEnd, streamWatches::remove);
        streamWatches.add(watch);
        watch.start(limitNanos);
        if (closed) {
            watch.stop(Reason.SHUTDOWN, null);
        }
        return watch;
    }

    @Override
    public Splice join(ByteStream left, ByteStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        if (raw(left) instanceof TcpStream leftTcp && raw(right) instanceof TcpStream rightTcp) {
            return joined(
                    () -> new NioSplice(leastLoaded(), leftTcp, front(left), rightTcp, front(right), terms, onEnd));
        }
        return started(PumpedSplice.ofBytes(left, right, terms, heapBuffers, clock(), onEnd, pumped::remove));
    }

    @Override
    public Splice join(MessageStream left, MessageStream right, Terms terms, Consumer<SpliceEnd> onEnd) {
        return started(PumpedSplice.ofMessages(left, right, terms, clock(), onEnd, pumped::remove));
    }

    private Watch watched(Supplier<NioWatch> attempt) {
        NioWatch watch = attempt.get();
        for (int i = 0; !watch.submit(); i++) {
            if (closed || i == loops.length()) {
                watch.refuse();
                return watch;
            }
            watch.loop().load().decrementAndGet();
            watch = attempt.get();
        }
        return watch;
    }

    /** By the first loop that takes it: one that was chosen may be lost in this very moment. */
    private Splice joined(Supplier<NioSplice> attempt) {
        NioSplice splice = attempt.get();
        for (int i = 0; !splice.submit(); i++) {
            if (closed || i == loops.length()) {
                splice.refuse(closed ? Reason.SHUTDOWN : Reason.INTERNAL, null);
                return splice;
            }
            splice.loop().load().decrementAndGet();
            splice = attempt.get();
        }
        return splice;
    }

    private Splice started(PumpedSplice splice) {
        pumped.add(splice);
        splice.start();
        if (closed) {
            splice.end(Reason.SHUTDOWN);
        }
        return splice;
    }

    @Override
    public void close() {
        closed = true;
        pumped.forEach(splice -> splice.end(Reason.SHUTDOWN));
        streamWatches.forEach(watch -> watch.stop(Reason.SHUTDOWN, null));
        // Behind whoever is replacing one, which nobody begins to do any more.
        synchronized (replacing) {
            for (int i = 0; i < loops.length(); i++) {
                loops.get(i).close();
            }
        }
    }

    /** A time limit for timers; 0 for none. Centuries count as one century. */
    static long nanos(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a time limit is zero (none) or positive, not " + limit);
        }
        return limit.compareTo(LONGEST) < 0 ? limit.toNanos() : LONGEST.toNanos();
    }

    /** A century: its nanoseconds, and twice as many, fit into a long. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private static ByteStream raw(ByteStream stream) {
        return stream instanceof PushbackStream pushed ? pushed.below() : stream;
    }

    private static @Nullable ByteBuffer front(ByteStream stream) {
        return stream instanceof PushbackStream pushed && pushed.front().hasRemaining() ? pushed.front() : null;
    }

    /** The loop with the fewest pairs and watches; counts one more there. */
    private SelectorLoop leastLoaded() {
        int first = Math.floorMod(turn.getAndIncrement(), loops.length());
        SelectorLoop least = loop(first);
        for (int i = 1; i < loops.length(); i++) {
            SelectorLoop other = loop((first + i) % loops.length());
            if (!least.isRunning()
                    || (other.isRunning() && other.load().get() < least.load().get())) {
                least = other;
            }
        }
        least.load().incrementAndGet();
        return least;
    }

    /** Any loop, to keep time only. */
    private SelectorLoop clock() {
        return loop(Math.floorMod(turn.getAndIncrement(), loops.length()));
    }

    /** All loops as they are now. */
    List<SelectorLoop> loops() {
        return IntStream.range(0, loops.length()).mapToObj(loops::get).toList();
    }

    /** A loop; in place of one that was lost, a new one, if there are descriptors for it. */
    private SelectorLoop loop(int number) {
        SelectorLoop there = loops.get(number);
        if (there.isRunning() || closed) {
            return there;
        }
        synchronized (replacing) {
            there = loops.get(number);
            if (there.isRunning() || closed) {
                return there;
            }
            try {
                SelectorLoop next = loop(number, options, faults);
                loops.set(number, next);
                return next;
            } catch (IOException | OutOfMemoryError e) {
                return there; // asked again by whoever comes next
            }
        }
    }
}
