package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a punching socket: accepts, dials and keeps the deadlines of a race. A platform thread, since a
 * selection would hold a virtual one's carrier. Ends when it is closed, and closes what it holds.
 *
 * <p>What is thrown while one connection or one task is handled, an {@link OutOfMemoryError} included, ends that connection or
 * is the task's caller's to hear of; the loop goes on. Only a selector that fails ends it.
 */
final class PunchLoop implements AutoCloseable {

    /** How long accepting rests after it failed: descriptors have run out, and the listener stays ready meanwhile. */
    private static final long ACCEPT_REST = Duration.ofMillis(100).toNanos();

    /** How long the loop rests after a turn that failed. */
    private static final long REST = Duration.ofMillis(20).toNanos();

    /** Below this a selection, which counts milliseconds, is too coarse. */
    private static final long FINE = 1_000_000;

    private final ReusedPort port;
    private final CandidatePolicy policy;
    private final Selector selector;
    private final SelectionKey listenerKey;
    private final Thread thread;
    private final ArrivalQueue inbound = new ArrivalQueue();

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    /** Guarded by {@link #lock}. */
    private boolean ended;

    private volatile boolean closed;

    // Owned by the loop's thread.
    private @Nullable Race race;
    private final List<Target> connected = new ArrayList<>();
    private long acceptAgainAt = Long.MIN_VALUE;

    /** Takes {@code port} over and starts the thread. */
    PunchLoop(ReusedPort port, CandidatePolicy policy) throws IOException {
        this.port = port;
        this.policy = policy;
        this.selector = Selector.open();
        try {
            ServerSocketChannel listener = port.listener();
            listener.configureBlocking(false);
            this.listenerKey = listener.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
        this.thread = Thread.ofPlatform().daemon().name("punch-" + port.port()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether it has ended or is about to. */
    boolean isClosed() {
        return closed;
    }

    /** Connections that came in while there was no race. */
    ArrivalQueue inbound() {
        return inbound;
    }

    /**
     * Runs {@code task} on the loop's thread and waits until it is done, and throws what it throws; does nothing if the loop
     * has ended.
     */
    void call(Runnable task) {
        var running = new FutureTask<>(task, true);
        lock.lock();
        try {
            if (ended) {
                return;
            }
            tasks.add(running);
        } finally {
            lock.unlock();
        }
        selector.wakeup();
        awaitQuietly(running);
    }

    /** Waits through interrupts: the loop never blocks, so this is short. */
    private static void awaitQuietly(FutureTask<Boolean> running) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    running.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case Error error -> throw error;
                        case RuntimeException error -> throw error;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Loop's thread: makes {@code next} the race, which takes over what came in before it; false if there is one. */
    boolean begin(Race next) {
        if (race != null || closed) {
            return false;
        }
        race = next;
        for (Arrival early : inbound.drain()) {
            next.inbound(early.stream(), early.remote());
        }
        return true;
    }

    /** Loop's thread: ends {@code over}. */
    void end(Race over) {
        if (race == over) {
            race = null;
        }
        over.end();
        freeClosed();
    }

    /** Loop's thread: the attempt at {@code target} is established; it goes to the race when the selector has let go. */
    void handOver(Target target) {
        connected.add(target);
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    turn();
                } catch (IOException | ClosedSelectorException e) {
                    // The selector itself failed: nothing can be waited for any more.
                    survived("the selector of the punching loop", e);
                    return;
                } catch (Throwable e) {
                    survived("a turn of the punching loop", e);
                    // What failed is likely to fail again at once: there is no memory.
                    LockSupport.parkNanos(REST);
                }
            }
        } finally {
            shutDown();
        }
    }

    private void turn() throws IOException {
        runTasks();
        Race current = race;
        if (current != null) {
            current.step(port, selector);
        }
        // Asked once more: a task that freed descriptors by a selection has used up the wake-up of close().
        if (closed) {
            return;
        }
        select(current);
        for (SelectionKey key : selector.selectedKeys()) {
            handle(key);
        }
        selector.selectedKeys().clear();
        deliver();
    }

    /** Notes what was thrown and did not end anything but what it concerned. Throws nothing itself. */
    static void survived(String what, Throwable thrown) {
        try {
            System.getLogger(PunchLoop.class.getName()).log(System.Logger.Level.ERROR, what + " failed", thrown);
        } catch (Throwable e) {
            // There is no memory even for that.
        }
    }

    private void runTasks() {
        while (true) {
            Runnable task;
            lock.lock();
            try {
                task = tasks.poll();
            } finally {
                lock.unlock();
            }
            if (task == null) {
                return;
            }
            task.run();
        }
    }

    private void select(@Nullable Race current) throws IOException {
        long wait = current == null ? Long.MAX_VALUE : current.untilDue();
        if (acceptAgainAt != Long.MIN_VALUE) {
            long rest = acceptAgainAt - System.nanoTime();
            if (rest <= 0) {
                acceptAgainAt = Long.MIN_VALUE;
                listenerKey.interestOps(SelectionKey.OP_ACCEPT);
            } else {
                wait = Math.min(wait, rest);
            }
        }
        // Nobody is meant to interrupt this thread; a status that stays would let every selection return at once.
        Thread.interrupted();
        if (!connected.isEmpty() || wait <= 0) {
            selector.selectNow();
        } else if (wait < FINE) {
            LockSupport.parkNanos(wait);
            selector.selectNow();
        } else if (wait == Long.MAX_VALUE) {
            selector.select();
        } else {
            selector.select(wait / FINE);
        }
    }

    private void handle(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        Race current = race;
        if (!(key.attachment() instanceof Target target)) {
            accept();
        } else if (current != null) {
            try {
                current.ready(target);
            } catch (Throwable e) {
                target.giveUp(Race.BROKEN);
                survived("an attempt at " + target.remote(), e);
            }
        }
    }

    /** Hands out what is established, each channel blocking again and no longer the selector's. */
    private void deliver() {
        if (connected.isEmpty()) {
            return;
        }
        for (Target target : connected) {
            target.letGo(selector);
        }
        freeClosed();
        for (Target target : connected) {
            target.connected().ifPresent(channel -> deliver(target, channel));
        }
        connected.clear();
    }

    private void deliver(Target target, SocketChannel channel) {
        try {
            channel.configureBlocking(true);
            Race current = race;
            if (current != null) {
                current.outbound(target, channel);
            } else {
                channel.close();
            }
        } catch (Throwable e) {
            closeQuietly(channel);
            target.log().became(Race.BROKEN);
            survived("handing over the connection to " + target.remote(), e);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left that could be done about a descriptor that does not close
        }
    }

    /** A closed or cancelled channel keeps its descriptor until the next selection. */
    private void freeClosed() {
        try {
            selector.selectNow();
        } catch (IOException e) {
            closed = true;
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = port.listener().accept();
                if (channel == null) {
                    return;
                }
                try {
                    accepted(channel);
                } catch (Throwable e) {
                    closeQuietly(channel);
                    survived("taking a connection", e);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            listenerKey.interestOps(0);
            acceptAgainAt = System.nanoTime() + ACCEPT_REST;
        }
    }

    private void accepted(SocketChannel channel) {
        TcpStream stream;
        InetSocketAddress remote;
        try {
            stream = new TcpStream(channel);
            remote = (InetSocketAddress) channel.getRemoteAddress();
        } catch (IOException e) {
            // reset before it was accepted
            closeQuietly(channel);
            return;
        }
        Race current = race;
        if (current != null) {
            current.inbound(stream, remote);
            return;
        }
        boolean welcome = policy.refusal(remote.getAddress()).isEmpty();
        if (!welcome || !inbound.offer(new Arrival(stream, remote, true, outcome -> {}, () -> {}))) {
            stream.abort();
        }
    }

    private void shutDown() {
        closed = true;
        quietly("ending the race", () -> {
            Race last = race;
            if (last != null) {
                end(last);
            }
        });
        quietly("closing the connections that nobody took", inbound::close);
        quietly("closing the listener", port::close);
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        // The last tasks still need the selector, to free descriptors.
        quietly("the last tasks", this::runTasks);
        quietly("closing the selector", selector::close);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void quietly(String what, Step step) {
        try {
            step.run();
        } catch (Throwable e) {
            survived(what, e);
        }
    }

    /** Ends the thread and waits for that, through interrupts. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
