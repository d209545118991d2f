package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Watch;
import dev.posthouse.relay.splice.WatchEnd;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The wait of a peer that speaks, or is spoken to, meanwhile: one with keepalives, or one that is told who comes. Its dialect watches it
 * and says here when it ends. Whoever comes first ends it; any thread may try.
 *
 * @param <P> who waits
 */
public final class ActiveWait<P extends WaitingPeer> extends Wait<P> implements Watch {

    private final AtomicBoolean over = new AtomicBoolean();

    ActiveWait(WaitingPeers<P> owner, P peer, WaitRequest request, Directory.Presence presence, Permit permit) {
        super(owner, peer, request, presence, permit);
    }

    /** Whether it was taken, or has ended. */
    public boolean isOver() {
        return over.get();
    }

    /** Whether it began before another one of the same name and role. */
    public boolean isOlderThan(ActiveWait<P> other) {
        return presence().isOlderThan(other.presence());
    }

    /** How long it has lasted. */
    public Duration lasted() {
        return Duration.ofNanos(System.nanoTime() - startNanos());
    }

    /**
     * Takes the peer out of everywhere, for who joins it.
     *
     * @return false if its wait was over
     */
    public boolean take() {
        return leave() && owner().left(this, Reason.COMPLETED);
    }

    /** Ends it, unless it is over, and {@linkplain WaitingPeer#dismiss rejects the peer}. */
    public void end(Reason why, String detail) {
        if (leave()) {
            try {
                owner().left(this, why);
            } finally {
                peer().dismiss(why, detail);
            }
        }
    }

    private boolean leave() {
        return over.compareAndSet(false, true);
    }

    @Override
    public Optional<ByteStream> release() {
        return leave() ? Optional.of(stream()) : Optional.empty();
    }

    /** {@inheritDoc} Its dialect watches it, so the waiting room calls this only when it has failed itself. */
    @Override
    public void waitEnded(WatchEnd.Cause cause, ByteStream stream) {
        end(Reason.INTERNAL, WaitingPeers.FAILED);
    }
}
