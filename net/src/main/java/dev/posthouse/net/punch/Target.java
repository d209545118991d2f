package dev.posthouse.net.punch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One candidate that is dialled until it is connected. Its states: it <em>waits</em> for the next attempt, an attempt is
 * <em>under way</em>, an attempt is <em>established</em> and its channel still the selector's, it is <em>connected</em> (by
 * an attempt, or by a connection that came in from the same address and so occupies the pair of addresses), or it was
 * <em>given up</em>. Only the loop's thread touches it.
 *
 * <p>An established channel is left alone by whatever happens in the rest of the loop's turn, but for the end of the race: a
 * host with two addresses of one family can be dialled by the very candidate that it has just reached, over another pair.
 */
final class Target {

    private enum State {
        WAITING,
        UNDER_WAY,
        ESTABLISHED,
        CONNECTED,
        GIVEN_UP
    }

    private final InetSocketAddress remote;
    private final Redial redial;
    private final AttemptLog.Entry log;
    private State state = State.WAITING;
    private int attempts;
    private int withoutRoute;
    /** Connections to or from here that are somebody's: dialling goes on when none is left. */
    private int connections;

    private int rejections;

    private @Nullable SocketChannel channel;
    // All times are since the race began, in nanoseconds.
    private long startedAt;
    private long dueAt;

    Target(InetSocketAddress remote, Redial redial, AttemptLog.Entry log, long now) {
        this.remote = remote;
        this.redial = redial;
        this.log = log;
        this.dueAt = now;
    }

    InetSocketAddress remote() {
        return remote;
    }

    AttemptLog.Entry log() {
        return log;
    }

    boolean givenUp() {
        return state == State.GIVEN_UP;
    }

    /** When something is to be done here: the next attempt, or the deadline of this one. */
    long dueAt() {
        return state == State.WAITING || state == State.UNDER_WAY ? dueAt : Long.MAX_VALUE;
    }

    /** Whether the next attempt is due. */
    boolean wantsAttempt(long now) {
        return state == State.WAITING && dueAt <= now;
    }

    /**
     * Starts an attempt.
     *
     * @return whether it was established at once; {@link #connected()} has the channel then
     */
    boolean attempt(ReusedPort port, Selector selector, long now) {
        attempts++;
        startedAt = now;
        try {
            SocketChannel fresh = port.channelTo(remote);
            channel = fresh;
            boolean connected = fresh.connect(remote);
            fresh.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, this);
            state = connected ? State.ESTABLISHED : State.UNDER_WAY;
            dueAt = now + redial.deadline();
            return connected;
        } catch (IOException e) {
            failed(Failure.of(e), now);
            return false;
        }
    }

    /** Puts the attempt that is due off until then. */
    void postpone(long until) {
        dueAt = until;
    }

    /** Gives the attempt up if its time is over. */
    void expire(long now) {
        if (state == State.UNDER_WAY && dueAt <= now) {
            failed(Failure.NO_ANSWER, now);
        }
    }

    /**
     * Ends an attempt that the selector has reported.
     *
     * @return whether it is established
     */
    boolean finish(long now) {
        SocketChannel under = channel;
        if (under == null || state != State.UNDER_WAY) {
            return false;
        }
        try {
            boolean established = under.finishConnect();
            if (established) {
                state = State.ESTABLISHED;
            }
            return established;
        } catch (IOException e) {
            failed(Failure.of(e), now);
            return false;
        }
    }

    /** Takes an established channel from the selector, which lets it go with its next selection. */
    void letGo(Selector selector) {
        SocketChannel done = channel;
        SelectionKey key = done == null ? null : done.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
    }

    /** Hands the established channel over; it is no longer this target's to close. Empty if the race ended meanwhile. */
    Optional<SocketChannel> connected() {
        SocketChannel done = channel;
        if (done == null || state != State.ESTABLISHED) {
            return Optional.empty();
        }
        channel = null;
        state = State.CONNECTED;
        connections++;
        log.became("connected");
        return Optional.of(done);
    }

    /**
     * A connection came in from here. An attempt that is under way is dropped, since dialling the same pair of addresses
     * cannot succeed meanwhile; one that is established stays.
     */
    void occupied() {
        connections++;
        if (state == State.WAITING || state == State.UNDER_WAY) {
            closeChannel();
            state = State.CONNECTED;
        }
    }

    /**
     * A connection to or from here was no good: if no other is left, on with the attempts, later each time, and not for ever. A
     * NAT may have made it one-sided; but somebody else may listen there, whom a peer has us disturb.
     */
    void released(long now) {
        connections--;
        rejections++;
        if (state == State.CONNECTED && connections <= 0) {
            state = State.WAITING;
            dueAt = redial.afterRejection(rejections, now);
            if (rejections >= Redial.MAX_REJECTIONS) {
                // What it was rejected for stays its outcome.
                state = State.GIVEN_UP;
            } else {
                giveUpAtBound();
            }
        }
    }

    void giveUp(String why) {
        closeChannel();
        if (state != State.CONNECTED && state != State.GIVEN_UP) {
            state = State.GIVEN_UP;
            log.became(why);
        }
    }

    private void failed(Failure why, long now) {
        closeChannel();
        log.failed(why);
        state = State.WAITING;
        dueAt = redial.next(why, startedAt, now);
        withoutRoute = why == Failure.NO_ROUTE ? withoutRoute + 1 : 0;
        giveUpAtBound();
    }

    private void giveUpAtBound() {
        if (attempts >= Redial.MAX_ATTEMPTS || withoutRoute >= Redial.MAX_WITHOUT_ROUTE) {
            giveUp("given up");
        }
    }

    /** The descriptor itself is freed by the selector's next selection, which comes before the next attempt. */
    private void closeChannel() {
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // nothing is left that could be done about a descriptor that does not close
            }
        }
    }
}
