package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a punching socket: accepts, dials and keeps the deadlines of a race. A platform thread, since a
 * selection would hold a virtual one's carrier. Ends when it is closed, and closes what it holds.
 */
final class PunchLoop implements AutoCloseable {

    /** How long accepting rests after it failed: descriptors have run out, and the listener stays ready meanwhile. */
    private static final long ACCEPT_REST = Duration.ofMillis(100).toNanos();

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

    /** Runs {@code task} on the loop's thread and waits until it is done; does nothing if the loop has ended. */
    void call(Runnable task) {
        var done = new CountDownLatch(1);
        lock.lock();
        try {
            if (ended) {
                return;
            }
            tasks.add(() -> {
                try {
                    task.run();
                } finally {
                    done.countDown();
                }
            });
        } finally {
            lock.unlock();
        }
        selector.wakeup();
        awaitQuietly(done);
    }

    /** Waits through interrupts: the loop never blocks, so this is short. */
    private static void awaitQuietly(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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

    /** Loop's thread: the attempt at {@code target} is connected; it goes to the race when the selector has let go. */
    void handOver(Target target) {
        connected.add(target);
    }

    private void run() {
        try {
            while (!closed) {
                runTasks();
                Race current = race;
                if (current != null) {
                    current.step(port, selector);
                }
                // Asked once more: a task that freed descriptors by a selection has used up the wake-up of close().
                if (closed) {
                    break;
                }
                select(current);
                for (SelectionKey key : selector.selectedKeys()) {
                    handle(key);
                }
                selector.selectedKeys().clear();
                deliver();
            }
        } catch (IOException e) {
            // The selector itself failed: nothing can be waited for any more.
            System.getLogger(PunchLoop.class.getName()).log(System.Logger.Level.ERROR, "the punching loop failed", e);
        } finally {
            shutDown();
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
            current.ready(target);
        }
    }

    /** Hands out what is connected, each channel blocking again and no longer the selector's. */
    private void deliver() throws IOException {
        if (connected.isEmpty()) {
            return;
        }
        List<Target> done = List.copyOf(connected);
        connected.clear();
        List<SocketChannel> channels = new ArrayList<>();
        for (Target target : done) {
            SocketChannel channel = target.connected();
            channels.add(channel);
            Optional.ofNullable(channel.keyFor(selector)).ifPresent(SelectionKey::cancel);
        }
        freeClosed();
        for (int i = 0; i < channels.size(); i++) {
            channels.get(i).configureBlocking(true);
            Race current = race;
            if (current != null) {
                current.outbound(done.get(i), channels.get(i));
            } else {
                channels.get(i).close();
            }
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
                accepted(channel);
            }
        } catch (IOException e) {
            listenerKey.interestOps(0);
            acceptAgainAt = System.nanoTime() + ACCEPT_REST;
        }
    }

    private void accepted(SocketChannel channel) throws IOException {
        TcpStream stream;
        InetSocketAddress remote;
        try {
            stream = new TcpStream(channel);
            remote = (InetSocketAddress) channel.getRemoteAddress();
        } catch (IOException e) {
            // reset before it was accepted
            channel.close();
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
        Race last = race;
        if (last != null) {
            end(last);
        }
        inbound.close();
        try {
            port.close();
        } catch (IOException e) {
            // nothing is left that could be done about a descriptor that does not close
        }
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        // The last tasks still need the selector, to free descriptors.
        runTasks();
        try {
            selector.close();
        } catch (IOException e) {
            // as above
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
