package dev.posthouse.interop.hostile;

import dev.posthouse.interop.live.RunningRelay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An attack that goes on: its time, or its number of tries if that takes longer, its connections, its threads. What the relay does to them is not a failure of the attack; it
 * goes on with others.
 */
final class Rush implements AutoCloseable {

    private final RunningRelay relay;
    private final InetAddress from;
    private final long due;
    private final long least;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    /** What the try that runs on this thread has opened: it ends with it, or the attacker would run out of descriptors itself. */
    private final ThreadLocal<List<SocketChannel>> ofThisTry = ThreadLocal.withInitial(ArrayList::new);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong tries = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /**
     * @param time how long it goes on at least
     * @param least how many times it tries at least
     */
    Rush(RunningRelay relay, InetAddress from, Duration time, long least) {
        this.relay = relay;
        this.from = from;
        this.due = System.nanoTime() + time.toNanos();
        this.least = least;
    }

    /** One try of an attack. */
    @FunctionalInterface
    interface Try {
        void run() throws IOException, InterruptedException;
    }

    RunningRelay relay() {
        return relay;
    }

    InetAddress from() {
        return from;
    }

    boolean goesOn() {
        return System.nanoTime() < due || tries.get() < least;
    }

    /** A connection from this attacker's address, which lasts until it is closed or the attack ends. */
    SocketChannel connect() throws IOException {
        SocketChannel channel = relay.connect(from);
        open.add(channel);
        ofThisTry.get().add(channel);
        return channel;
    }

    /** Ends a connection early. */
    void reset(SocketChannel channel) throws IOException {
        open.remove(channel);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    /** Waits until the relay ends a connection that says nothing more, or the attack is over. */
    void hold(SocketChannel channel) throws IOException {
        ByteBuffer scrap = ByteBuffer.allocate(1_024);
        while (channel.read(scrap.clear()) >= 0) {
            // whatever it says
        }
        open.remove(channel);
        channel.close();
    }

    /** Tries again and again, {@code atOnce} at a time, as long as the attack goes on. */
    void repeat(int atOnce, Try attempt) {
        for (int i = 0; i < atOnce; i++) {
            threads.execute(() -> {
                while (goesOn()) {
                    tries.incrementAndGet();
                    try {
                        attempt.run();
                    } catch (IOException e) {
                        refused.incrementAndGet();
                    } catch (InterruptedException e) {
                        return;
                    } finally {
                        ofThisTry.get().forEach(this::close);
                        ofThisTry.remove();
                    }
                }
            });
        }
    }

    private void close(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException e) {
            // it had gone
        }
    }

    long tries() {
        return tries.get();
    }

    long refused() {
        return refused.get();
    }

    /** Lets go of everything at once, as a process that is killed does. */
    @Override
    public void close() throws InterruptedException {
        open.forEach(this::close);
        threads.shutdownNow();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the attack does not end");
        }
    }
}
