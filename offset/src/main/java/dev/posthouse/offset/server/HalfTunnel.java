package dev.posthouse.offset.server;

import dev.posthouse.crypto.PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Presence;
import dev.posthouse.relay.meet.Waiter;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connector that waits for its listener's answer (spec 7.3): to be accepted, rejected, or forgotten when its ticks have
 * passed. It is read ahead meanwhile, so that its early payload is kept and its going away is noticed.
 *
 * <p>Ends exactly once: {@linkplain #release() taken} out of the waiting room, or by {@link #leave()}.
 */
final class HalfTunnel implements Waiter, Watch {

    /** Bytes that it may send before it is joined, and at most one message more; what comes beyond waits with it. */
    static final int EARLY = 64 * 1024;

    private final Switchboard owner;
    private final Client client;
    private final PublicKey to;
    private final Presence presence;
    private final Permit place;
    private final ReadAhead stream;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Ticks ticks;
    private final AtomicInteger ticksLeft;
    private final Consumer<HalfTunnel> onExpiry;
    private volatile Ticks.@Nullable Registration ticking;
    private volatile ListenChannel listener;

    /**
     * @param to the listener's identity
     * @param place among those that wait; given back when it ends
     * @param onExpiry told when its ticks have passed
     */
    HalfTunnel(
            Switchboard owner,
            Client client,
            PublicKey to,
            ListenChannel listener,
            Presence presence,
            Permit place,
            Ticks ticks,
            int limit,
            Consumer<HalfTunnel> onExpiry) {
        this.owner = owner;
        this.client = client;
        this.to = to;
        this.listener = listener;
        this.presence = presence;
        this.place = place;
        this.stream = new ReadAhead(client.channel(), EARLY, client.leg().holding());
        this.ticks = ticks;
        this.ticksLeft = new AtomicInteger(limit);
        this.onExpiry = onExpiry;
    }

    /** Starts counting its ticks. Called once, before anybody can find it. */
    HalfTunnel start() {
        Ticks.Registration started = ticks.each(() -> {
            if (ticksLeft.decrementAndGet() == 0) {
                onExpiry.accept(this);
            }
        });
        ticking = started;
        if (over.get()) {
            // Its ticks were over before it had this.
            started.close();
        }
        return this;
    }

    /** Whether it is {@code one}'s to send away: relays may share a waiting room. */
    boolean isOf(Switchboard one) {
        return owner.equals(one);
    }

    Client client() {
        return client;
    }

    PublicKey from() {
        return client.key();
    }

    PublicKey to() {
        return to;
    }

    Presence presence() {
        return presence;
    }

    long startNanos() {
        return startNanos;
    }

    /** The connector's side of the tunnel. */
    ReadAhead messages() {
        return stream;
    }

    /** Whose answer it waits for. */
    ListenChannel listener() {
        return listener;
    }

    /** The listener has come back with another listen channel. */
    void moveTo(ListenChannel newer) {
        listener = newer;
    }

    @Override
    public ByteStream stream() {
        return client.leg().stream();
    }

    /** Its watch is its own: the dialect ends it. */
    @Override
    public void waitEnded(WatchEnd.Cause cause, ByteStream back) {
        throw new IllegalStateException("a half tunnel is not watched by the data path");
    }

    @Override
    public Optional<ByteStream> release() {
        return leave() ? Optional.of(stream()) : Optional.empty();
    }

    boolean over() {
        return over.get();
    }

    /** Ends the wait. Whether it had not ended before. */
    boolean leave() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        Ticks.Registration started = ticking;
        if (started != null) {
            started.close();
        }
        place.close();
        stream.handOver();
        return true;
    }
}
