package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.meet.Directory.Meeting;
import dev.posthouse.relay.meet.Directory.Presence;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The peers of one kind who wait at one dialect of one relay. Both ways of waiting are here: {@link #meet} for who keeps still until its
 * partner comes, and is watched by the data path; {@link #announce} for who stays, is found by any number of others, and is watched by
 * its dialect. Whoever waits has a place among those that the limits allow, stands in the waiting room and in the directory, and is out
 * of all three when its wait is over, which is told exactly once; a newer one takes an older one's place. Relays that share a waiting
 * room end their own peers alone.
 *
 * <p>A wait <i>begins</i> when it is told; it is then <i>parked</i>, and <i>over</i> once: taken by a partner, replaced, ended by itself, or
 * by {@link #close}. Whoever ends it takes it out of the directory and tells.
 *
 * <p>Thread-safe; holds no lock while a partner or the directory is asked. A dialect begins to watch under its slot's.
 *
 * @param <P> who waits
 */
public final class WaitingPeers<P extends WaitingPeer> {

    static final String GOING_DOWN = "the relay is going down";
    static final String NOBODY_CAME = "nobody came in time";
    static final String FAILED = "the relay has failed, try again later";
    private static final String REPLACED = "a newer one of its name has its place";

    private final String dialect;
    private final Class<P> kind;
    private final MeetingPlace at;
    private volatile boolean closed;

    /**
     * @param dialect by which events and the directory tell names apart
     * @param kind who waits under these names: nobody else ever does
     */
    public WaitingPeers(String dialect, Class<P> kind, MeetingPlace at) {
        this.dialect = dialect;
        this.kind = kind;
        this.at = at;
    }

    /** A place among those that may wait, to be given back; empty if there is none: the peer was told so and sent away. */
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
     * Meets the partner that waits under its name in the other role, or else waits for it in silence. A peer that cannot do either, since
     * the limits or the directory do not let it, is told so and sent away.
     *
     * @param arrival its place in the order of those who came, from {@link WaitingRoom#arrival}; one that comes back from a partner that
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
                // Asked before it is in the directory: who is refused must not cost an older one its place there.
                Optional<Permit> place = admit(peer);
                if (place.isEmpty()) {
                    return Optional.empty();
                }
                try {
                    partner = enter(peer, request, arrival, place.get());
                } catch (RuntimeException | Error e) {
                    place.get().close();
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

    /** Lets it wait, or sends it away; if its partner has come meanwhile, that is what it gets. */
    private Optional<Presence> enter(P peer, WaitRequest request, long arrival, Permit place)
            throws InterruptedException {
        long slot = at.room().reserve();
        boolean parked = false;
        Optional<Presence> known = Optional.empty();
        Reason no = Reason.REPLACED;
        String detail = REPLACED;
        try {
            var wait = new SilentWait<>(this, peer, request, at.presence(dialect, request, slot, arrival), place);
            switch (at.directory().meet(wait.presence())) {
                case Meeting.Matched matched -> {
                    return Optional.of(matched.partner());
                }
                case Meeting.Superseded newer -> {
                    // It is not there, and is told so.
                }
                case Meeting.Waiting waiting -> {
                    known = Optional.of(wait.presence());
                    if (waiting.replaced().isPresent()) {
                        take(waiting.replaced().get(), Reason.REPLACED).ifPresent(WaitingPeers::dismissReplaced);
                    }
                    if (!closed) {
                        at.events().on(wait.started(dialect));
                        parked = true;
                        park(wait);
                        return Optional.empty();
                    }
                    no = Reason.SHUTDOWN;
                    detail = GOING_DOWN;
                }
            }
        } finally {
            if (!parked) {
                known.ifPresent(at::withdraw);
                place.close();
                at.room().vacate(slot);
            }
        }
        refuse(peer, no, detail);
        return Optional.empty();
    }

    private void park(SilentWait<P> wait) {
        try {
            at.room().park(wait.presence().slot(), wait, wait.request().limit().orElseThrow());
        } catch (RuntimeException | Error e) {
            at.room().vacate(wait.presence().slot());
            at.events().on(new RelayEvent.Fault("watching a peer that waits", e));
            ended(wait, wait.stream(), Reason.INTERNAL, FAILED);
            return;
        }
        closeAgainIfClosed();
    }

    /**
     * Makes a peer known who stays to be found, and is watched by its dialect from {@code begin} on. If it may not, it is sent away.
     *
     * @param place from {@link #admit}; given back when its wait is over
     * @param begin is given the wait, before anybody can find it, and begins to watch
     * @param replaced is given the older one whose place it took, which waits no more, and has to dismiss it
     * @return false if it waits no more already: it was sent away
     * @throws RuntimeException what the directory, {@code begin} or {@code replaced} throw; its wait has ended then
     */
    public boolean announce(
            P peer, WaitRequest request, Permit place, Consumer<ActiveWait<P>> begin, Consumer<P> replaced)
            throws InterruptedException {
        long slot = at.room().reserve();
        boolean whole = false;
        try {
            var wait = new ActiveWait<>(this, peer, request, at.presence(dialect, request, slot, slot), place);
            announce(wait, begin, replaced);
            whole = true;
            return !wait.isOver();
        } finally {
            if (!whole) {
                place.close();
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
                // Its dialect has ended it already: an older one keeps its place.
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

    /** Sends away an older peer whose wait was over when a newer one took its place: for {@link #announce}. */
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

    /** Sends away everybody who waits, and whoever comes. A second call does nothing more. */
    public void close() {
        closed = true;
        try {
            for (WaitingRoom.Taken taken :
                    at.room().takeAll(waiter -> waiter instanceof Wait<?> wait && equals(wait.owner()))) {
                sendAway(taken);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever cannot be sent away costs the others nothing. */
    private void sendAway(WaitingRoom.Taken taken) {
        try {
            P peer = took(taken, Reason.SHUTDOWN);
            peer.dismiss(Reason.SHUTDOWN, GOING_DOWN);
        } catch (RuntimeException | Error e) {
            taken.stream().abort();
            at.events().on(new RelayEvent.Fault("sending away a peer that waits", e));
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
        wait.place().close();
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
