package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.meet.ActiveWait;
import dev.posthouse.relay.meet.WaitingPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A listener's channel: it is told who calls, and may reject (spec 7.3). Notices wait in a bounded queue and go out on a
 * thread of their own, so that a listener that does not read holds up nobody.
 */
final class ListenChannel implements WaitingPeer {

    private final Client client;
    private final int longestQueue;
    private final Executor threads;
    private final Map<Ed25519PublicKey, HalfTunnel> calling = new ConcurrentHashMap<>();
    // These two guarded by the queue.
    private final Queue<Ed25519PublicKey> notices = new ArrayDeque<>(1);
    private boolean writing;
    private volatile @Nullable ActiveWait<ListenChannel> wait;

    /**
     * @param longestQueue notices that wait at most
     * @param threads writes them
     */
    ListenChannel(Client client, int longestQueue, Executor threads) {
        this.client = client;
        this.longestQueue = longestQueue;
        this.threads = threads;
    }

    /** It waits from now on. Called once, before anybody can find it. */
    void begin(ActiveWait<ListenChannel> begun) {
        wait = begun;
    }

    Client client() {
        return client;
    }

    /** Its wait. */
    ActiveWait<ListenChannel> waiting() {
        return Objects.requireNonNull(wait, "it does not wait yet");
    }

    /**
     * One more waits for its answer. Calls of one pair may cross here: the one that came later stays, and has ended the other, or is
     * about to.
     */
    void calledBy(HalfTunnel half) {
        calling.merge(half.from(), half, (there, mine) -> mine.waiting().isOlderThan(there.waiting()) ? there : mine);
    }

    /** One waits for its answer no more. Whether it did. */
    boolean hungUp(HalfTunnel half) {
        return calling.remove(half.from(), half);
    }

    /** Gives everybody who waits for its answer to {@code next}, and to nobody else. */
    void handOver(Consumer<HalfTunnel> next) {
        for (HalfTunnel half : calling.values()) {
            if (hungUp(half)) {
                next.accept(half);
            }
        }
    }

    /**
     * Reads what the listener says until it ends.
     *
     * @throws IOException if it broke the protocol, or its connection broke
     */
    void run() throws IOException {
        while (true) {
            Optional<ByteBuffer> message = client.channel().receive();
            if (message.isEmpty()) {
                return;
            }
            Ed25519PublicKey rejected = Ed25519PublicKey.of(
                    RejectConnection.decode(message.get()).publicKey().bytes());
            HalfTunnel half = calling.get(rejected);
            if (half != null) {
                half.waiting().end(Reason.REJECTED, "its listener has rejected it");
            }
        }
    }

    /**
     * Tells the listener who calls. Does not block.
     *
     * @return false if too many notices wait already
     */
    boolean tell(Ed25519PublicKey caller) {
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
            Ed25519PublicKey next;
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

    @Override
    public Party party() {
        return client.party();
    }

    /** {@inheritDoc} Who waits for its answer goes to the channel that has its place, or waits for nobody; running tunnels go on. */
    @Override
    public void waitOver(ByteStream same, Reason why) {
        if (why != Reason.REPLACED) {
            handOver(half -> half.waiting().end(Reason.NO_PEER, "its listener has left"));
        }
    }

    @Override
    public void dismiss(Reason why, String detail) {
        client.dismiss();
    }
}
