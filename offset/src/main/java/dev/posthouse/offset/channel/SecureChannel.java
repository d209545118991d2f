package dev.posthouse.offset.channel;

import dev.posthouse.crypto.AgreementKey;
import dev.posthouse.crypto.Identity;
import dev.posthouse.crypto.PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.budget.HeldMessage;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.Unpacked;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Encrypted records over a message stream (spec 4): each carries one message, and every so often the keys change.
 *
 * <p>A rekey has three parts: what is derived (by whoever reads or ticks), what goes out and the change of the sending key
 * (in order with the records, under the lock of the senders), and the change of the receiving key (by the reader, on the
 * first record that the old one does not open). What goes out is queued, and sent by the next sender or by a thread of its
 * own: a peer that does not read must not keep us from reading.
 */
public final class SecureChannel implements MessageStream {

    /** A step of the sending side: a message under the current key, then another key; either may be missing. */
    private record Turn(Optional<Content> rekey, Optional<RecordCipher> next) {}

    /** An ephemeral key whose public half has been sent. */
    private record Pending(AgreementKey key, Octets salt) {

        static Pending draw(Randomness randomness) {
            return new Pending(randomness.agreementKey(), Octets.of(randomness.salt()));
        }

        Content message() {
            return new Content.Rekey(Octets.of(key.publicKey()), salt);
        }
    }

    private final MessageStream below;
    private final PublicKey peer;
    private final int peerExtensions;
    private final ChannelSettings settings;
    private final Randomness randomness;
    private final ReentrantLock sending = new ReentrantLock();
    // Guarded by sending.
    private RecordCipher sender;
    // The reader's. The former one opens what was under way when the keys changed.
    private RecordCipher receiver;
    private @Nullable RecordCipher former;
    // Guarded by this.
    private final Queue<Turn> turns = new ArrayDeque<>();
    private @Nullable Pending pending;
    private int ticksToRekey;
    private final HeldMessage held;
    private final AtomicBoolean rekeying = new AtomicBoolean();
    private volatile Shape shape = Shape.NESTED;
    private volatile long rekeys;

    private SecureChannel(
            MessageStream below,
            Handshake.Agreed agreed,
            ChannelSettings settings,
            Randomness randomness,
            HeldMessage held) {
        this.below = below;
        this.peer = agreed.peer();
        this.peerExtensions = agreed.extensions();
        this.settings = settings;
        this.randomness = randomness;
        this.held = held;
        this.sender = agreed.keys().sending();
        this.receiver = agreed.keys().receiving();
        this.ticksToRekey = settings.rekeyTicks();
    }

    /**
     * Makes one by the handshake of spec 4.2. Blocks until it is done; a deadline is the caller's.
     *
     * @param below taken over if it succeeds
     * @param expected who the peer must be; empty for anybody, who then has proved its identity to us alone
     * @throws AuthenticationFailed if the peer is somebody else, or cannot prove who it is
     * @throws IOException if the peer broke the protocol, or the connection broke
     */
    public static SecureChannel establish(
            MessageStream below, Identity own, Optional<PublicKey> expected, ChannelSettings settings)
            throws IOException {
        return establish(below, own, expected, settings, 0);
    }

    /**
     * The same, and tells the peer what we can do beyond the original.
     *
     * @param extensions bits of {@link dev.posthouse.offset.wire.ExchangeRandNonce}
     */
    public static SecureChannel establish(
            MessageStream below, Identity own, Optional<PublicKey> expected, ChannelSettings settings, int extensions)
            throws IOException {
        Randomness randomness = Randomness.secure(settings.mostPadding());
        return establish(below, own, expected, settings, extensions, randomness, HeldMessage.uncounted());
    }

    /** The same, over frames whose messages are counted in {@code held}. */
    static SecureChannel establish(
            MessageStream below, Identity own, Optional<PublicKey> expected, ChannelSettings settings, HeldMessage held)
            throws IOException {
        return establish(below, own, expected, settings, 0, Randomness.secure(settings.mostPadding()), held);
    }

    static SecureChannel establish(
            MessageStream below,
            Identity own,
            Optional<PublicKey> expected,
            ChannelSettings settings,
            Randomness randomness)
            throws IOException {
        return establish(below, own, expected, settings, 0, randomness, HeldMessage.uncounted());
    }

    private static SecureChannel establish(
            MessageStream below,
            Identity own,
            Optional<PublicKey> expected,
            ChannelSettings settings,
            int extensions,
            Randomness randomness,
            HeldMessage held)
            throws IOException {
        var handshake = new Handshake(below, own, expected, randomness, extensions);
        return new SecureChannel(below, handshake.run(), settings, randomness, held);
    }

    /** Counts what comes from now on for another owner: see {@link HeldMessage#holdFor}. */
    public void holdFor(Holding other) {
        held.holdFor(other);
    }

    /** Who the peer has proved to be. */
    public PublicKey peer() {
        return peer;
    }

    /**
     * What the peer says that it can do beyond the original, bits of {@link dev.posthouse.offset.wire.ExchangeRandNonce}. Whoever
     * carries the channel could have changed them: nothing but liveness may depend on them.
     */
    public int peerExtensions() {
        return peerExtensions;
    }

    /** How often the keys have changed. */
    public long rekeys() {
        return rekeys;
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        while (true) {
            Optional<ByteBuffer> record = below.receive();
            if (record.isEmpty()) {
                return record;
            }
            ByteBuffer plain = open(record.get());
            unpacks(plain);
            ChannelMessage.Decoded message = ChannelMessage.decode(plain, settings.longestFrame());
            shape = message.shape();
            switch (message.content()) {
                case Content.User user -> {
                    return Optional.of(user.payload());
                }
                case Content.Rekey rekey -> rekeyed(rekey);
            }
        }
    }

    /**
     * Counts what {@code packed} takes once it is unpacked, as far as that is more than its own length, which its frame has taken:
     * a kilobyte of runs of zeros becomes a megabyte, here and in the frame in which it goes on.
     */
    void unpacks(ByteBuffer packed) throws IOException {
        long more = Unpacked.length(packed, settings.longestFrame()) - packed.remaining();
        if (more > 0) {
            held.take(2 * more);
        }
    }

    private ByteBuffer open(ByteBuffer record) throws ProtocolViolation {
        int length = record.remaining() - RecordCipher.OVERHEAD;
        if (length < 0) {
            throw new ProtocolViolation(
                    "a record of " + record.remaining() + " bytes; the shortest has " + RecordCipher.OVERHEAD);
        }
        ByteBuffer plain = ByteBuffer.allocate(length);
        if (former != null && former.open(record, plain)) {
            return plain.flip();
        }
        if (!receiver.open(record, plain)) {
            throw new ProtocolViolation("a record that was altered, repeated or left out on its way");
        }
        former = null;
        return plain.flip();
    }

    /** The peer has sent new keys: in answer to ours, or ours are drawn in answer. */
    private void rekeyed(Content.Rekey theirs) throws AuthenticationFailed {
        synchronized (this) {
            boolean answer = pending == null;
            Pending ours = pending != null ? pending : Pending.draw(randomness);
            KeyPair keys = KeyPair.derive(ours.key(), ours.salt(), theirs.dhPublicKey(), theirs.keySalt());
            turns.add(new Turn(answer ? Optional.of(ours.message()) : Optional.empty(), Optional.of(keys.sending())));
            pending = null;
            ticksToRekey = settings.rekeyTicks();
            former = receiver;
            receiver = keys.receiving();
        }
        long count = rekeys + 1;
        rekeys = count;
        Thread.startVirtualThread(this::sendTurns);
    }

    /** Starts a rekey now, unless one of ours is under way. Returns before it is done. */
    public void rekey() {
        rekey(false);
    }

    /** @param onlyIfDue not if the peer's rekey has just set the time anew */
    private void rekey(boolean onlyIfDue) {
        synchronized (this) {
            if (pending != null || (onlyIfDue && ticksToRekey > 0)) {
                return;
            }
            Pending ours = Pending.draw(randomness);
            pending = ours;
            ticksToRekey = settings.rekeyTicks();
            turns.add(new Turn(Optional.of(ours.message()), Optional.empty()));
        }
        Thread.startVirtualThread(this::sendTurns);
    }

    /** One tick of the clock: starts a rekey when it is time. Does not block. */
    void tick() {
        if (settings.rekeyTicks() == 0) {
            return;
        }
        synchronized (this) {
            if (ticksToRekey > 0) {
                ticksToRekey--;
                return;
            }
        }
        // Drawing a key takes its time, and thousands of channels may share the thread that ticks.
        if (rekeying.compareAndSet(false, true)) {
            Thread.startVirtualThread(() -> {
                rekey(true);
                rekeying.set(false);
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
            Turn turn;
            synchronized (this) {
                turn = turns.poll();
            }
            if (turn == null) {
                return;
            }
            if (turn.rekey().isPresent()) {
                write(turn.rekey().get());
            }
            if (turn.next().isPresent()) {
                sender = turn.next().get();
            }
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        if (message.remaining() > longest()) {
            throw new IllegalArgumentException(
                    "a message of " + message.remaining() + " bytes; the longest has " + longest());
        }
        try {
            sending.lockInterruptibly();
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        try {
            takeTurns();
            write(new Content.User(message));
            message.position(message.limit());
        } finally {
            sending.unlock();
        }
    }

    private void write(Content content) throws IOException {
        ByteBuffer plain = ChannelMessage.encode(content, randomness.padding(), shape);
        ByteBuffer record = ByteBuffer.allocate(plain.remaining() + RecordCipher.OVERHEAD);
        sender.seal(plain, record);
        below.send(record.flip());
    }

    @Override
    public OptionalLong lastTaken() {
        return below.lastTaken();
    }

    @Override
    public int longest() {
        return Overheads.longestIn(below.longest() - RecordCipher.OVERHEAD, settings.mostPadding());
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public void abort() {
        below.abort();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
