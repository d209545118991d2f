package dev.posthouse.offset.channel;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a channel, and when they change (spec 4.7).
 *
 * <p>A rekey has three parts: what is derived (by whoever reads or ticks), what goes out and the change of the sending key
 * (in order with the records, under the lock of the senders), and the change of the receiving key (by the reader, on the
 * first record that the old one does not open). What goes out is queued, and sent by the next sender or by a thread of its
 * own: a peer that does not read must not keep us from reading.
 *
 * <p>States: <i>idle</i>; <i>offered</i>, when our half is on its way and theirs is awaited. A half of theirs ends either: the one that
 * was offered is used with it, or one that is drawn in answer.
 *
 * @param <K> a key with its cipher
 */
final class Rekeying<K> {

    /** Our half of new keys. */
    interface Half<K> {

        /** What the peer is sent. */
        Content.Rekey message();

        /** @throws AuthenticationFailed if theirs is one with which no secret can be agreed on */
        KeyPair<K> with(Content.Rekey theirs) throws AuthenticationFailed;
    }

    /** Where records go. */
    @FunctionalInterface
    interface Output<K> {
        void write(Content content, K key) throws IOException;
    }

    /** A step of the sending side: a message under the current key, then another key; either may be missing. */
    private record Turn<K>(Optional<Content> rekey, Optional<K> next) {}

    private final Supplier<? extends Half<K>> halves;
    private final Output<K> out;
    private final int ticks;
    private final Executor threads;
    private final ReentrantLock sending = new ReentrantLock();
    // Guarded by sending.
    private K sender;
    // The reader's. The former one opens what was under way when the keys changed.
    private K receiver;
    private @Nullable K former;
    // Guarded by this.
    private final Queue<Turn<K>> turns = new ArrayDeque<>();
    private @Nullable Half<K> offered;
    private int ticksToRekey;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile long rekeys;

    /**
     * @param halves draws a half
     * @param out is called by one sender at a time, in the order of the records
     * @param ticks from one rekey to the next; 0 for never
     * @param threads runs what may block, or takes its time, on a thread of its own
     */
    Rekeying(KeyPair<K> first, Supplier<? extends Half<K>> halves, Output<K> out, int ticks, Executor threads) {
        this.sender = first.sending();
        this.receiver = first.receiving();
        this.halves = halves;
        this.out = out;
        this.ticks = ticks;
        this.ticksToRekey = ticks;
        this.threads = threads;
    }

    /** How often the keys have changed. */
    long rekeys() {
        return rekeys;
    }

    /** Sends a message, behind what is due. */
    void send(Content content) throws IOException, InterruptedException {
        sending.lockInterruptibly();
        try {
            takeTurns();
            out.write(content, sender);
        } finally {
            sending.unlock();
        }
    }

    /**
     * Opens a record with the key under which it was sent. For the reader.
     *
     * @param opens whether a key opens it; if not, the key has not changed
     */
    boolean open(Predicate<K> opens) {
        if (former != null && opens.test(former)) {
            return true;
        }
        if (!opens.test(receiver)) {
            return false;
        }
        former = null;
        return true;
    }

    /** The peer has sent its half: in answer to ours, or ours is drawn in answer. For the reader. */
    void rekeyed(Content.Rekey theirs) throws AuthenticationFailed {
        synchronized (this) {
            boolean answer = offered == null;
            Half<K> ours = offered != null ? offered : halves.get();
            KeyPair<K> keys = ours.with(theirs);
            turns.add(new Turn<>(answer ? Optional.of(ours.message()) : Optional.empty(), Optional.of(keys.sending())));
            offered = null;
            ticksToRekey = ticks;
            former = receiver;
            receiver = keys.receiving();
        }
        long count = rekeys + 1;
        rekeys = count;
        threads.execute(this::sendTurns);
    }

    /** Starts a rekey now, unless one of ours is under way. Returns before it is done. */
    void rekey() {
        rekey(false);
    }

    /** @param onlyIfDue not if the peer's rekey has just set the time anew */
    private void rekey(boolean onlyIfDue) {
        synchronized (this) {
            if (offered != null || (onlyIfDue && ticksToRekey > 0)) {
                return;
            }
            Half<K> ours = halves.get();
            offered = ours;
            ticksToRekey = ticks;
            turns.add(new Turn<>(Optional.of(ours.message()), Optional.empty()));
        }
        threads.execute(this::sendTurns);
    }

    /** One tick of the clock: starts a rekey when it is time. Does not block. */
    void tick() {
        if (ticks == 0) {
            return;
        }
        synchronized (this) {
            if (ticksToRekey > 0) {
                ticksToRekey--;
                return;
            }
        }
        // Drawing a key takes its time, and thousands of channels may share the thread that ticks.
        if (due.compareAndSet(false, true)) {
            threads.execute(() -> {
                rekey(true);
                due.set(false);
            });
        }
    }

    private void sendTurns() {
        sending.lock();
        try {
            takeTurns();
        } catch (IOException e) {
            // Whoever reads or sends learns of it.
        } finally {
            sending.unlock();
        }
    }

    /** With the senders' lock. */
    private void takeTurns() throws IOException {
        while (true) {
            Turn<K> turn;
            synchronized (this) {
                turn = turns.poll();
            }
            if (turn == null) {
                return;
            }
            if (turn.rekey().isPresent()) {
                out.write(turn.rekey().get(), sender);
            }
            if (turn.next().isPresent()) {
                sender = turn.next().get();
            }
        }
    }
}
