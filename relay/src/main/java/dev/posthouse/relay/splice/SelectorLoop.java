package dev.posthouse.relay.splice;

import dev.posthouse.relay.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop: a daemon thread, a selector, timers and buffers. A turn runs the tasks that other threads submitted,
 * then the timers that are due, then waits in the selector, which calls the {@link KeyHandler} of each ready key.
 *
 * <p>States: <i>running</i>, until {@link #close} or a failure of the selector; then <i>closing</i>, in which nothing is
 * accepted, every handler is stopped and the descriptors are released; then <i>closed</i>, the thread has ended.
 *
 * <p>Any thread may call {@link #submit}, {@link #load} and {@link #close}; the rest is for the loop's own thread.
 */
final class SelectorLoop implements Runnable {

    private final Selector selector = Selector.open();
    private final TimerHeap timers = new TimerHeap();
    private final LoopBuffers buffers;
    private final AtomicInteger load = new AtomicInteger();
    private final Thread thread;
    // One object for all calls of select: nothing is allocated for a turn.
    private final Consumer<SelectionKey> dispatch = this::dispatch;

    private final Object lock = new Object();
    // Guarded by lock.
    private ArrayDeque<Runnable> submitted = new ArrayDeque<>();
    // Guarded by lock.
    private boolean accepting = true;

    private ArrayDeque<Runnable> running = new ArrayDeque<>();
    private final List<Runnable> released = new ArrayList<>();
    private boolean closing;
    private long now;
    private boolean nowIsOld = true;

    private SelectorLoop(String name, int bufferBytes) throws IOException {
        buffers = new LoopBuffers(bufferBytes);
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
    }

    /**
     * Starts a loop.
     *
     * @throws IOException if there is no descriptor for the selector
     */
    static SelectorLoop start(String name, int bufferBytes) throws IOException {
        var loop = new SelectorLoop(name, bufferBytes);
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

    @Override
    public void run() {
        Reason reason = Reason.SHUTDOWN;
        @Nullable Throwable cause = null;
        try {
            while (!closing) {
                turn();
            }
        } catch (IOException | RuntimeException | Error e) {
            reason = Reason.INTERNAL;
            cause = e;
        }
        try {
            stopAll(reason, cause);
        } finally {
            try {
                selector.close();
            } catch (IOException e) {
                // the handlers are stopped: nobody is left who could be told
            }
            released.forEach(Thread::startVirtualThread);
        }
    }

    private void turn() throws IOException {
        synchronized (lock) {
            // The empty one for the full one, so that tasks run without the lock.
            ArrayDeque<Runnable> tasks = submitted;
            submitted = running;
            running = tasks;
        }
        runTasks();
        if (!timers.isEmpty()) {
            timers.expire(now());
        }
        int settled = released.size();
        select(closing || settled > 0 ? 0 : timers.isEmpty() ? Long.MAX_VALUE : timers.untilNext(now()));
        if (settled > 0) {
            List<Runnable> done = released.subList(0, settled);
            done.forEach(Thread::startVirtualThread);
            done.clear();
        }
    }

    private void runTasks() {
        for (Runnable task = running.poll(); task != null; task = running.poll()) {
            task.run();
        }
    }

    private void select(long nanos) throws IOException {
        nowIsOld = true;
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
            handler.stop(Reason.INTERNAL, e);
        }
    }

    private void stopAll(Reason reason, @Nullable Throwable cause) {
        // What was accepted is done first, so that what it registers is stopped like everything else.
        synchronized (lock) {
            accepting = false;
            running.addAll(submitted);
        }
        runTasks();
        for (SelectionKey key : List.copyOf(selector.keys())) {
            ((KeyHandler) key.attachment()).stop(reason, cause);
        }
    }
}
