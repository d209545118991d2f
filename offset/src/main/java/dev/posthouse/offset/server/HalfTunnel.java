package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.meet.ActiveWait;
import dev.posthouse.relay.meet.WaitingPeer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connector that waits for its listener's answer (spec 7.3): to be accepted, rejected, or forgotten when its ticks have
 * passed. It is read ahead meanwhile, so that its early payload is kept and its going away is noticed.
 */
final class HalfTunnel implements WaitingPeer {

    /** Bytes that it may send before it is joined, and at most one message more; what comes beyond waits with it. */
    static final int EARLY = 64 * 1024;

    private final Client client;
    private final Ed25519PublicKey to;
    private final ReadAhead stream;
    private final Ticks ticks;
    private final AtomicInteger ticksLeft;
    private final Executor threads;
    private volatile Ticks.@Nullable Registration ticking;
    private volatile @Nullable ActiveWait<HalfTunnel> wait;
    private volatile @Nullable ListenChannel listener;

    /**
     * @param to the listener's identity
     * @param ticks by which its time is counted
     * @param limit how many of them it has
     * @param threads end it when they have passed
     */
    HalfTunnel(Client client, Ed25519PublicKey to, Ticks ticks, int limit, Executor threads) {
        this.client = client;
        this.to = to;
        this.stream = new ReadAhead(client.channel(), EARLY, client.leg().holding());
        this.ticks = ticks;
        this.ticksLeft = new AtomicInteger(limit);
        this.threads = threads;
    }

    /** It waits from now on: starts counting its ticks. Called once, before anybody can find it. */
    void begin(ActiveWait<HalfTunnel> begun) {
        wait = begun;
        Ticks.Registration started = ticks.each(() -> {
            if (ticksLeft.decrementAndGet() == 0) {
                threads.execute(() -> begun.end(Reason.NO_PEER, "its listener has not answered"));
            }
        });
        ticking = started;
        if (begun.isOver()) {
            // Its ticks were over before it had this.
            started.close();
        }
    }

    Client client() {
        return client;
    }

    Ed25519PublicKey from() {
        return client.key();
    }

    Ed25519PublicKey to() {
        return to;
    }

    /** Its wait. */
    ActiveWait<HalfTunnel> waiting() {
        return Objects.requireNonNull(wait, "it does not wait yet");
    }

    /** The connector's side of the tunnel. */
    ReadAhead messages() {
        return stream;
    }

    /** Whose answer it waits for: the listener may come back with another listen channel. */
    void moveTo(ListenChannel now) {
        listener = now;
    }

    /** Why it is not read ahead any more, though nobody has taken it. */
    Reason brokenBy() {
        Optional<Reason> failure = stream.failure().map(OffsetService::reasonOf);
        return failure.orElse(Reason.PEER_GONE);
    }

    @Override
    public Party party() {
        return client.party();
    }

    @Override
    public ByteStream stream() {
        return client.leg().stream();
    }

    @Override
    public void waitOver(ByteStream same, Reason why) {
        Ticks.Registration started = ticking;
        if (started != null) {
            started.close();
        }
        ListenChannel asked = listener;
        if (asked != null) {
            asked.hungUp(this);
        }
        stream.handOver();
    }

    @Override
    public void dismiss(Reason why, String detail) {
        client.dismiss();
    }
}
