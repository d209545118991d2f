package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Presence;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The pending peers of one kind, by name, of one dialect of one relay. There are two ways to wait. {@link #meet}: the peer keeps silent
 * until its partner comes, and the data path watches it. {@link #announce}: any number of others find it by its name, and its dialect
 * watches it.
 *
 * <p><b>States of a wait.</b> It <i>begins</i> with a {@link RelayEvent.WaitStarted}, holds a permit of {@link Admission}, a slot of the
 * {@link WaitingRoom} and a name in the {@link Directory}, and is <i>over</i> once: taken by a partner, replaced by a newer peer of its
 * name, ended by itself or by its dialect, or by {@link #close}. The thread that ends it releases all three and emits
 * {@link RelayEvent.WaitEnded}. Relays that share a waiting room end their own peers only.
 *
 * <p>Thread-safe. No lock is held while the directory or a partner is called; {@code begin} of {@link #announce} runs under the lock of the
 * peer's own slot.
 *
 * @param <P> who waits
 */
public final class WaitingPeers<P extends WaitingPeer> {

    static final String GOING_DOWN = "the relay is going down";
    static final String NOBODY_CAME = "nobody came in time";
    static final String FAILED = "the relay has failed, try again later";
    private static final String REPLACED = "replaced by a newer one of its name";

    private final String dialect;
    private final Class<P> kind;
    private final RendezvousPoint at;
    private volatile boolean closed;

    /**
     * @param dialect by which events and the directory tell names apart
     * @param kind who waits under these names: nobody else ever does
     */
    public WaitingPeers(String dialect, Class<P> kind, RendezvousPoint at) {
        this.dialect = dialect;
        this.kind = kind;
        this.at = at;
    }

    /** A permit to wait, to be closed once; empty if the limits allow none: the peer was rejected with the reason. */
    public Optional<Permit> admit(P peer) {
        return switch (at.admission().admitWaiting(peer.party())) {
            case Admission.Answer.Granted granted -> Optional.of(granted.permit());
            case Admission.Answer.Denied denied -> {
                refuse(peer, denied.reason(), denied.explanation());
                yield Optional.empty();
            }
        };
    }

    /**
     * Takes the partner that waits under its name in the other role, or else lets it wait in silence. A peer that can do neither, because
     * of the limits or a failure of the directory, is rejected with the reason.
     *
     * @param arrival its number in the order of arrival, from {@link WaitingRoom#arrival}; one that comes back from a partner that
     *     had gone keeps its own
     * @return the partner, taken out; empty if there is nothing more to do for the peer
     * @throws InterruptedException if interrupted; the peer is still the caller's then
     */
    public Optional<P> meet(P peer, WaitRequest request, long arrival) throws InterruptedException {
        try {
            return meetOrWait(peer, request, arrival);
        } catch (RuntimeException | Error e) {
            at.events().on(new RelayEvent.Fault("having a peer meet its partner, or wait", e));
            refuse(peer, Reason.INTERNAL, FAILED);
            return Optional.empty();
        }
    }

    private Optional<P> meetOrWait(P peer, WaitRequest request, long arrival) throws InterruptedException {
        while (true) {
            Optional<Presence> partner = at.directory().match(dialect, request.name(), request.role());
            if (partner.isEmpty()) {
                // Before it enters the directory: a peer that is rejected must not replace an older one there.
                Optional<Permit> permit = admit(peer);
                if (permit.isEmpty()) {
                    return Optional.empty();
                }
                try {
                    partner = enter(peer, request, arrival, permit.get());
                } catch (RuntimeException | Error e) {
                    permit.get().close();
                    throw e;
                }
                if (partner.isEmpty()) {
                    return Optional.empty();
                }
            }
            if (!at.isHere(partner.get())) {
                at.directory().restore(partner.get());
                refuse(peer, Reason.ELSEWHERE, "its partner waits at another node of this relay");
                return Optional.empty();
            }
            Optional<P> taken = take(partner.get(), Reason.COMPLETED);
            if (taken.isPresent()) {
                return taken;
            }
            // It left in this very instant: look again.
        }
    }

    /** Lets it wait, or rejects it. Its partner, if that has come meanwhile. */
    private Optional<Presence> enter(P peer, WaitRequest request, long arrival, Permit permit)
            throws InterruptedException {
        long slot = at.room().reserve();
        boolean parked = false;
        Optional<Presence> known = Optional.empty();
        Reason no = Reason.REPLACED;
        String detail = REPLACED;
        try {
            var wait = new SilentWait<>(this, peer, request, at.presence(dialect, request, slot, arrival), permit);
            switch (at.directory().meet(wait.presence())) {
                case Meeting.Matched matched -> {
                    return Optional.of(matched.partner());
                }
                case Meeting.Superseded newer -> {
                    // A newer one is there: this one is rejected below.
                }
                case Meeting.Waiting waiting -> {
                    known = Optional.of(wait.presence());
                    if (waiting.replaced().isPresent()) {
                        take(waiting.replaced().get(), Reason.REPLACED).ifPresent(WaitingPeers::dismissReplaced);
                    }
                    if (!closed) {
                        at.events().on(wait.started(dialect));
                        parked = true;
                        park(wait, request.limit().orElseThrow());
                        return Optional.empty();
                    }
                    no = Reason.SHUTDOWN;
                    detail = GOING_DOWN;
                }
            }
        } finally {
            if (!parked) {
                known.ifPresent(at::withdraw);
                permit.close();
                at.room().vacate(slot);
            }
        }
        refuse(peer, no, detail);
        return Optional.empty();
    }

    private void park(SilentWait<P> wait, Duration limit) {
        try {
            at.room().park(wait.presence().slot(), wait, limit);
        } catch (RuntimeException | Error e) {
            at.room().vacate(wait.presence().slot());
            at.events().on(new RelayEvent.Fault("watching a peer that waits", e));
            ended(wait, wait.stream(), Reason.INTERNAL, FAILED);
            return;
        }
        closeAgainIfClosed();
    }

    /**
     * Makes a peer known who stays to be found, and is watched by its dialect from {@code begin} on. If it may not, it is rejected.
     *
     * @param permit from {@link #admit}; closed when the wait is over
     * @param begin is given the wait, before anybody can find it, and begins to watch
     * @param replaced takes the older peer of its name, whose wait is over; has to dismiss it
     * @return false if the wait is over already: the peer was rejected
     * @throws RuntimeException what the directory, {@code begin} or {@code replaced} throw; its wait has ended then
     */
    public boolean announce(
            P peer, WaitRequest request, Permit permit, Consumer<ActiveWait<P>> begin, Consumer<P> replaced)
            throws InterruptedException {
        long slot = at.room().reserve();
        boolean whole = false;
        try {
            var wait = new ActiveWait<>(this, peer, request, at.presence(dialect, request, slot, slot), permit);
            announce(wait, begin, replaced);
            whole = true;
            return !wait.isOver();
        } finally {
            if (!whole) {
                permit.close();
                at.room().vacate(slot);
            }
        }
    }

    private void announce(ActiveWait<P> wait, Consumer<ActiveWait<P>> begin, Consumer<P> replaced)
            throws InterruptedException {
        boolean whole = false;
        try {
            // Said first: once it is parked its end may be said.
            at.events().on(wait.started(dialect));
            at.room().park(wait.presence().slot(), wait, () -> {
                begin.accept(wait);
                return wait;
            });
            if (wait.isOver()) {
                // Its dialect has ended it already: it replaces nobody.
                whole = true;
                return;
            }
            switch (at.directory().announce(wait.presence())) {
                case Meeting.Superseded newer -> wait.end(Reason.REPLACED, REPLACED);
                case Meeting.Waiting waiting -> {
                    if (wait.isOver()) {
                        // It was over before it was there: whoever ended it found nothing to take out.
                        at.withdraw(wait.presence());
                    }
                    if (waiting.replaced().isPresent()) {
                        take(waiting.replaced().get(), Reason.REPLACED).ifPresent(replaced);
                    }
                    closeAgainIfClosed();
                }
            }
            whole = true;
        } finally {
            if (!whole) {
                wait.end(Reason.INTERNAL, FAILED);
            }
        }
    }

    /** Rejects an older peer that a newer one has replaced: for {@link #announce}. */
    public static void dismissReplaced(WaitingPeer older) {
        older.dismiss(Reason.REPLACED, REPLACED);
    }

    /** Who was announced under a name and is still there; one that is being replaced is not. */
    public Optional<P> find(String name) {
        Optional<Presence> seen = Optional.empty();
        while (true) {
            Optional<Presence> now = at.directory().find(dialect, name);
            if (now.isEmpty() || now.equals(seen)) {
                return Optional.empty();
            }
            if (at.isHere(now.get())
                    && at.room().find(now.get().slot()).orElse(null) instanceof Wait<?> wait
                    && kind.isInstance(wait.peer())) {
                return Optional.of(kind.cast(wait.peer()));
            }
            seen = now;
        }
    }

    /** Whether somebody is announced under a name at another node, whose peers cannot be joined from here. */
    public boolean isElsewhere(String name) {
        return at.directory()
                .find(dialect, name)
                .filter(presence -> !at.isHere(presence))
                .isPresent();
    }

    /** Rejects everybody who waits, and whoever comes. A second call does nothing more. */
    public void close() {
        closed = true;
        try {
            for (WaitingRoom.Taken taken :
                    at.room().takeAll(waiter -> waiter instanceof Wait<?> wait && equals(wait.owner()))) {
                reject(taken);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One that fails to be rejected does not keep the others. */
    private void reject(WaitingRoom.Taken taken) {
        try {
            P peer = took(taken, Reason.SHUTDOWN);
            peer.dismiss(Reason.SHUTDOWN, GOING_DOWN);
        } catch (RuntimeException | Error e) {
            taken.stream().abort();
            at.events().on(new RelayEvent.Fault("rejecting a peer that waits", e));
        }
    }

    /** Whether {@link #close} was called. */
    public boolean closed() {
        return closed;
    }

    /** Closed since we looked: whoever closed it may have passed this slot by. */
    private void closeAgainIfClosed() {
        if (closed) {
            close();
        }
    }

    /** Takes out one that waits here. Empty if it is gone. */
    private Optional<P> take(Presence presence, Reason why) throws InterruptedException {
        return at.isHere(presence) ? at.room().take(presence.slot()).map(taken -> took(taken, why)) : Optional.empty();
    }

    private P took(WaitingRoom.Taken taken, Reason why) {
        var wait = (Wait<?>) taken.waiter();
        try {
            over(wait, taken.stream(), why);
        } catch (RuntimeException | Error e) {
            // Nobody else has it any more.
            taken.stream().abort();
            throw e;
        }
        return kind.cast(wait.peer());
    }

    /** A silent peer's wait ended by itself. */
    void ended(SilentWait<P> wait, ByteStream stream, Reason why, String detail) {
        try {
            over(wait, stream, why);
        } finally {
            wait.peer().dismiss(why, detail);
        }
    }

    /** A watched peer's wait is over, since its dialect says so. True. */
    boolean left(ActiveWait<P> wait, Reason why) {
        at.room().leave(wait.presence().slot());
        over(wait, wait.stream(), why);
        return true;
    }

    private void over(Wait<?> wait, ByteStream stream, Reason why) {
        at.withdraw(wait.presence());
        wait.permit().close();
        try {
            wait.peer().waitOver(stream, why);
        } finally {
            at.events().on(wait.ended(dialect, why));
        }
    }

    private void refuse(P peer, Reason why, String detail) {
        at.events().on(new RelayEvent.Refused(Optional.of(dialect), peer.party().shown(), why, detail));
        peer.dismiss(why, detail);
    }
}
