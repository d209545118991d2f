package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.budget.HeldMessage;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.Unpacked;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Encrypted records over a message stream (spec 4): each carries one message, and every so often the keys change.
 *
 * <p>{@link Rekeying} has the keys and says when they change; here are the records.
 */
public final class SecureChannel implements MessageStream {

    private final MessageStream below;
    private final Ed25519PublicKey peer;
    private final int peerExtensions;
    private final ChannelSettings settings;
    private final Randomness randomness;
    private final HeldMessage held;
    private final Rekeying<RecordCipher> keys;
    private volatile Shape shape = Shape.NESTED;

    SecureChannel(
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
        this.keys = new Rekeying<>(
                agreed.keys(),
                () -> OwnHalf.draw(randomness),
                this::write,
                settings.rekeyTicks(),
                Thread::startVirtualThread);
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
            MessageStream below, Ed25519KeyPair own, Optional<Ed25519PublicKey> expected, ChannelSettings settings)
            throws IOException {
        return establish(below, own, expected, settings, 0);
    }

    /**
     * The same, and tells the peer what we can do beyond the original.
     *
     * @param extensions bits of {@link dev.posthouse.offset.wire.ExchangeRandNonce}
     */
    public static SecureChannel establish(
            MessageStream below,
            Ed25519KeyPair own,
            Optional<Ed25519PublicKey> expected,
            ChannelSettings settings,
            int extensions)
            throws IOException {
        Randomness randomness = Randomness.secure(settings.mostPadding());
        return establish(below, own, expected, settings, extensions, randomness, HeldMessage.uncounted());
    }

    /** The same, over frames whose messages are counted in {@code held}. */
    static SecureChannel establish(
            MessageStream below,
            Ed25519KeyPair own,
            Optional<Ed25519PublicKey> expected,
            ChannelSettings settings,
            HeldMessage held)
            throws IOException {
        return establish(below, own, expected, settings, 0, Randomness.secure(settings.mostPadding()), held);
    }

    static SecureChannel establish(
            MessageStream below,
            Ed25519KeyPair own,
            Optional<Ed25519PublicKey> expected,
            ChannelSettings settings,
            Randomness randomness)
            throws IOException {
        return establish(below, own, expected, settings, 0, randomness, HeldMessage.uncounted());
    }

    private static SecureChannel establish(
            MessageStream below,
            Ed25519KeyPair own,
            Optional<Ed25519PublicKey> expected,
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
    public Ed25519PublicKey peer() {
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
        return keys.rekeys();
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
                case Content.Rekey theirs -> keys.rekeyed(theirs);
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
        if (!keys.open(key -> key.open(record, plain))) {
            throw new ProtocolViolation("a record that was altered, repeated or left out on its way");
        }
        return plain.flip();
    }

    /** Starts a rekey now, unless one of ours is under way. Returns before it is done. */
    public void rekey() {
        keys.rekey();
    }

    /** One tick of the clock: starts a rekey when it is time. Does not block. */
    void tick() {
        keys.tick();
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        if (message.remaining() > longest()) {
            throw new IllegalArgumentException(
                    "a message of " + message.remaining() + " bytes; the longest has " + longest());
        }
        try {
            keys.send(new Content.User(message));
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        message.position(message.limit());
    }

    private void write(Content content, RecordCipher key) throws IOException {
        ByteBuffer plain = ChannelMessage.encode(content, randomness.padding(), shape);
        ByteBuffer record = ByteBuffer.allocate(plain.remaining() + RecordCipher.OVERHEAD);
        key.seal(plain, record);
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
