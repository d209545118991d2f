package dev.posthouse.offset.server;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.relay.meet.Waiter;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A listener's channel: it is told who calls, and may reject (spec 7.3). Notices wait in a bounded queue and go out on a
 * thread of their own, so that a listener that does not read holds up nobody.
 *
 * <p>Ends exactly once: {@linkplain #release() taken} out of the waiting room by a newer one of the same key or when the
 * relay drains, or by {@link #leave()}.
 */
final class ListenChannel implements Waiter, Watch {

    private final Switchboard owner;
    private final Client client;
    private final Presence presence;
    private final Permit place;
    private final int longestQueue;
    private final Executor threads;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<PublicKey, HalfTunnel> calling = new ConcurrentHashMap<>();
    // These two guarded by the queue.
    private final Queue<PublicKey> notices = new ArrayDeque<>(1);
    private boolean writing;

    /**
     * @param place among those that wait; given back when it ends
     * @param longestQueue notices that wait at most
     * @param threads writes them
     */
    ListenChannel(
            Switchboard owner, Client client, Presence presence, Permit place, int longestQueue, Executor threads) {
        this.owner = owner;
        this.client = client;
        this.presence = presence;
        this.place = place;
        this.longestQueue = longestQueue;
        this.threads = threads;
    }

    /** Whether it is {@code one}'s to send away: relays may share a waiting room. */
    boolean isOf(Switchboard one) {
        return owner.equals(one);
    }

    Client client() {
        return client;
    }

    Presence presence() {
        return presence;
    }

    long startNanos() {
        return startNanos;
    }

    /** Who waits for its answer. */
    Map<PublicKey, HalfTunnel> calling() {
        return calling;
    }

    boolean over() {
        return over.get();
    }

    /**
     * Reads what the listener says until it ends.
     *
     * @param onReject told whom it rejects
     * @throws IOException if it broke the protocol, or its connection broke
     */
    void run(Consumer<HalfTunnel> onReject) throws IOException {
        while (true) {
            Optional<ByteBuffer> message = client.channel().receive();
            if (message.isEmpty()) {
                return;
            }
            PublicKey rejected = PublicKey.of(
                    RejectConnection.decode(message.get()).publicKey().bytes());
            HalfTunnel half = calling.get(rejected);
            if (half != null) {
                onReject.accept(half);
            }
        }
    }

    /**
     * Tells the listener who calls. Does not block.
     *
     * @return false if too many notices wait already
     */
    boolean tell(PublicKey caller) {
        synchronized (notices) {
            if (notices.size() >= longestQueue) {
                return false;
            }
            notices.add(caller);
            if (writing) {
                return true;
            }
            writing = true;
        }
        try {
            threads.execute(this::write);
        } catch (RuntimeException | Error e) {
            synchronized (notices) {
                // Nobody writes: the next notice begins another thread, which writes this one, too.
                writing = false;
            }
            throw e;
        }
        return true;
    }

    private void write() {
        while (true) {
            PublicKey next;
            synchronized (notices) {
                next = notices.poll();
                if (next == null) {
                    writing = false;
                    return;
                }
            }
            try {
                client.channel().send(new IncomingConnection(Octets.of(next.bytes())).encode());
            } catch (IOException e) {
                client.leg().abort();
            }
        }
    }

    @Override
    public ByteStream stream() {
        return client.leg().stream();
    }

    /** Its watch is its own: the dialect ends it. */
    @Override
    public void waitEnded(WatchEnd.Cause cause, ByteStream back) {
        throw new IllegalStateException("a listen channel is not watched by the data path");
    }

    @Override
    public Optional<ByteStream> release() {
        return leave() ? Optional.of(stream()) : Optional.empty();
    }

    /** Ends the wait. Whether it had not ended before. */
    boolean leave() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        place.close();
        return true;
    }
}
