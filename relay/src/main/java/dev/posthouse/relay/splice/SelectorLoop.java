package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop: a daemon thread, a selector, timers and buffers. A turn runs the tasks that other threads submitted,
 * then the timers that are due, then waits in the selector, which calls the {@link KeyHandler} of each ready key.
 *
 * <p>States: <i>running</i>, until {@link #close} or a failure of the selector; then <i>closing</i>, in which nothing is
 * accepted, every handler and every timer is stopped and the descriptors are released; then <i>closed</i>, the thread has
 * ended. Whatever a task, a timer or a handler throws, memory that is used up included, costs that one alone.
 *
 * <p>Any thread may call {@link #submit}, {@link #load} and {@link #close}; the rest is for the loop's own thread.
 */
final class SelectorLoop implements Runnable {

    /** After a turn that failed: memory comes back when something ends, not by asking again. */
    private static final long PAUSE_NANOS = 1_000_000;

    /** What a loop has of the system; the system's own but for tests. */
    @FunctionalInterface
    interface Platform {

        /** @param nanos 0 or less not to wait, {@link Long#MAX_VALUE} to wait without a limit */
        void select(Selector selector, Consumer<SelectionKey> dispatch, long nanos) throws IOException;

        /** @throws IOException if there is no descriptor for it */
        default Selector openSelector() throws IOException {
            return Selector.open();
        }

        /** Starts what may block. */
        default void start(Runnable task) {
            Thread.startVirtualThread(task);
        }
    }

    private final Selector selector;
    private final Platform platform;
    private final TimerHeap timers = new TimerHeap();
    private final LoopBuffers buffers;
    private final AtomicInteger load = new AtomicInteger();
    private final Consumer<Throwable> faults;
    private final Thread thread;
    // One object for all calls of select: nothing is allocated for a turn.
    private final Consumer<SelectionKey> dispatch = this::dispatch;

    private final Object lock = new Object();
    // Guarded by lock.
    private boolean accepting = true;
    // These two: linked, since an array that cannot grow for want of memory would lose what is in it. Added to under
    // the lock, taken from by the loop.
    private final Queue<Runnable> submitted = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> released = new ConcurrentLinkedQueue<>();
    private boolean closing;
    private long now;
    private boolean nowIsOld = true;

    private SelectorLoop(String name, Platform platform, int bufferBytes, Consumer<Throwable> faults)
            throws IOException {
        this.platform = platform;
        // Before the selector, which nobody would close if there were no memory for them.
        this.buffers = new LoopBuffers(bufferBytes);
        this.selector = platform.openSelector();
        this.faults = faults;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
    }

    /**
     * Starts a loop.
     *
     * @param faults told what was thrown where nobody else is, on the loop's thread; what it throws is dropped
     * @throws IOException if there is no descriptor for the selector
     */
    static SelectorLoop start(String name, int bufferBytes, Consumer<Throwable> faults) throws IOException {
        return start(name, SelectorLoop::select, bufferBytes, faults);
    }

    static SelectorLoop start(String name, Platform platform, int bufferBytes, Consumer<Throwable> faults)
            throws IOException {
        var loop = new SelectorLoop(name, platform, bufferBytes, faults);
        loop.thread.start();
        return loop;
    }

    /**
     * Runs {@code task} on the loop's thread, soon and in the order of submission.
     *
     * @return false if the loop is closing or closed: the task will not run
     */
    boolean submit(Runnable task) {
        synchronized (lock) {
            if (!accepting) {
                return false;
            }
            submitted.add(task);
        }
        selector.wakeup();
        return true;
    }

    /** Whether it takes tasks: not once it is closing, or its selector has failed. */
    boolean isRunning() {
        synchronized (lock) {
            return accepting;
        }
    }

    /** How many pairs and watches it has; the one who adds one or takes one away counts it here. */
    AtomicInteger load() {
        return load;
    }

    /** Stops every handler with {@link Reason#SHUTDOWN} and waits until the thread has ended. */
    void close() {
        submit(() -> closing = true);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                // The loop never blocks, so that its end is near: better late than with descriptors left open.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    TimerHeap timers() {
        return timers;
    }

    LoopBuffers buffers() {
        return buffers;
    }

    /** The time of this turn as {@link System#nanoTime()}: the clock is read once in a turn, and only if asked for. */
    long now() {
        if (nowIsOld) {
            now = System.nanoTime();
            nowIsOld = false;
        }
        return now;
    }

    /**
     * Registers a non-blocking channel. Not to be called from within {@link KeyHandler#ready}.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    SelectionKey register(SocketChannel channel, int interest, KeyHandler handler) throws IOException {
        SelectionKey old = channel.keyFor(selector);
        if (old != null && !old.isValid()) {
            // A watch on this loop has ended and its key is cancelled, but still in the selector's set.
            select(0);
        }
        return channel.register(selector, interest, handler);
    }

    /**
     * Calls {@code then} on a virtual thread, after the next look of the selector: only that lets go of the descriptors
     * of channels that were closed here.
     */
    void afterRelease(Runnable then) {
        released.add(then);
    }

    /**
     * Starts what may block, off the loop; any thread. If there is no memory for a thread it is started when there is some.
     *
     * @throws OutOfMemoryError if there is none, and the loop is closing or closed: the task will not run
     */
    void start(Runnable task) {
        try {
            platform.start(task);
        } catch (OutOfMemoryError e) {
            synchronized (lock) {
                if (!accepting) {
                    throw e;
                }
                released.add(task);
            }
            selector.wakeup();
        }
    }

    @Override
    public void run() {
        Reason reason = Reason.SHUTDOWN;
        @Nullable Throwable cause = null;
        while (!closing) {
            try {
                turn();
            } catch (IOException e) {
                // There is no going on with a selector that fails; the data path takes another loop from now on.
                reason = Reason.INTERNAL;
                cause = e;
                tell(e);
                break;
            } catch (RuntimeException | Error e) {
                tell(e);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        stopAll(reason, cause);
        try {
            selector.close();
        } catch (IOException e) {
            // the handlers are stopped: nobody is left who could be told
        }
        while (!released.isEmpty()) {
            try {
                startReleased(released.size());
            } catch (RuntimeException | Error e) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void turn() throws IOException {
        runTasks();
        if (!timers.isEmpty()) {
            timers.expire(now());
        }
        int settled = released.size();
        select(closing || settled > 0 ? 0 : timers.isEmpty() ? Long.MAX_VALUE : timers.untilNext(now()));
        startReleased(settled);
    }

    private void runTasks() {
        for (Runnable task = submitted.poll(); task != null; task = submitted.poll()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // Who submitted it has seen to its own; the others' go on.
                tell(e);
            }
        }
    }

    /** Starts the first {@code count}. If there is no memory for a thread, those that are left stay for the next turn. */
    private void startReleased(int count) {
        for (int i = 0; i < count; i++) {
            platform.start(released.element());
            released.remove();
        }
    }

    private void tell(Throwable fault) {
        try {
            faults.accept(fault);
        } catch (RuntimeException | Error e) {
            // It breaks its contract, or there is no memory for it either. The loop goes on.
        }
    }

    private void select(long nanos) throws IOException {
        nowIsOld = true;
        platform.select(selector, dispatch, nanos);
    }

    private static void select(Selector selector, Consumer<SelectionKey> dispatch, long nanos) throws IOException {
        if (nanos <= 0) {
            selector.selectNow(dispatch);
        } else if (nanos == Long.MAX_VALUE) {
            selector.select(dispatch);
        } else {
            // Rounded up: waking before the time would only mean another turn.
            selector.select(dispatch, nanos / 1_000_000 + 1);
        }
    }

    private void dispatch(SelectionKey key) {
        var handler = (KeyHandler) key.attachment();
        try {
            handler.ready(key);
        } catch (RuntimeException | Error e) {
            // Our own fault, or no memory: it costs this one pair, not the loop.
            stop(handler, Reason.INTERNAL, e);
        }
    }

    private void stop(KeyHandler handler, Reason reason, @Nullable Throwable cause) {
        try {
            handler.stop(reason, cause);
        } catch (RuntimeException | Error e) {
            tell(e);
        }
    }

    private void stopAll(Reason reason, @Nullable Throwable cause) {
        // What was accepted is done first, so that what it registers is stopped like everything else.
        synchronized (lock) {
            accepting = false;
        }
        runTasks();
        // As they are, without a copy: stopping cancels keys, which leave the set with the selector's next look.
        for (SelectionKey key : selector.keys()) {
            stop((KeyHandler) key.attachment(), reason, cause);
        }
        timers.stopAll(reason, cause, this::tell);
    }
}
