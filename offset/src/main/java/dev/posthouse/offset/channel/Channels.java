package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.budget.HeldMessage;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.Version;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Puts the layers of a connection together (spec 1): frames, version, secure channel, keepalive between a client and its
 * relay; secure channel and keepalive between two clients, inside a tunnel.
 *
 * @param own who we are
 * @param settings the layers' numbers
 * @param ticks the layers' time
 */
public record Channels(Ed25519KeyPair own, ChannelSettings settings, Ticks ticks) {

    /** The longest frame of a peer that has not proved who it is, in bytes: the handshake's own have a few hundred. */
    private static final int UNPROVED_LONGEST = 8 * 1024;

    /**
     * A client's leg to its relay.
     *
     * @param stream taken over; aborted if it fails
     * @param relay who the relay must be
     * @throws dev.posthouse.net.AuthenticationFailed if it is somebody else
     * @throws dev.posthouse.net.TimedOut if it was not done in {@link ChannelSettings#setupTicks()}
     * @throws IOException if the relay broke the protocol, or the connection broke
     */
    public KeepAlive toRelay(ByteStream stream, Ed25519PublicKey relay) throws IOException {
        return KeepAlive.over(
                secure(stream, LengthPrefix.U64, settings.longestFrame(), Optional.of(relay), HeldMessage.uncounted()),
                "the relay",
                settings,
                ticks);
    }

    /**
     * The relay's side of a leg: anybody may come. Keepalives begin with the first message or after it, by the peer's age,
     * and are left to the caller.
     *
     * @param prefix the form of frames that the peer has begun with
     * @param holding what is held for the client
     */
    public SecureChannel fromClient(ByteStream stream, LengthPrefix prefix, Holding holding) throws IOException {
        // What one client's frames bring may need a little more in another's: other padding, packed otherwise.
        int longestSent = prefix == LengthPrefix.U32
                ? FrameStream.LEGACY_LONGEST
                : Math.multiplyExact(2, settings.longestFrame());
        return secure(stream, prefix, longestSent, Optional.empty(), new HeldMessage(holding));
    }

    private SecureChannel secure(
            ByteStream stream,
            LengthPrefix prefix,
            int longestSent,
            Optional<Ed25519PublicKey> expected,
            HeldMessage held)
            throws IOException {
        return within(stream, "the handshake with " + (expected.isPresent() ? "the relay" : "a client"), () -> {
            var frames = new FrameStream(stream, prefix, UNPROVED_LONGEST, longestSent, held);
            frames.send(Version.frame());
            Optional<ByteBuffer> version = frames.receive();
            Version.check(version.orElseThrow(() -> new EOFException("closed before a version came")));
            SecureChannel channel = SecureChannel.establish(frames, own, expected, settings, held);
            frames.raiseLongest(settings.longestFrame());
            return channel;
        });
    }

    /**
     * The channel to another client, inside a tunnel.
     *
     * @param leg the tunnel's end here: a leg whose first message has been sent; taken over; aborted if it fails
     * @param stream the connection that carries the leg
     * @param peer who the other client must be
     * @throws dev.posthouse.net.AuthenticationFailed if it is somebody else
     * @throws dev.posthouse.net.TimedOut if it was not done in {@link ChannelSettings#setupTicks()}
     * @throws IOException if the peer broke the protocol, or the tunnel broke or never came about
     */
    public KeepAlive throughTunnel(MessageStream leg, ByteStream stream, Ed25519PublicKey peer) throws IOException {
        return throughTunnel(leg, stream, peer, 0);
    }

    /**
     * The same, and tells the other client what we can do beyond the original.
     *
     * @param extensions bits of {@link dev.posthouse.offset.wire.ExchangeRandNonce}; the peer's are in {@link
     *     SecureChannel#peerExtensions()}
     */
    public KeepAlive throughTunnel(MessageStream leg, ByteStream stream, Ed25519PublicKey peer, int extensions)
            throws IOException {
        try {
            SecureChannel secure = within(
                    stream,
                    "the handshake with the peer",
                    () -> SecureChannel.establish(leg, own, Optional.of(peer), settings, extensions));
            return leg instanceof KeepAlive kept
                    ? KeepAlive.within(kept, secure, "the peer", settings, ticks)
                    : KeepAlive.over(secure, "the peer", settings, ticks);
        } catch (IOException | RuntimeException e) {
            // The leg's keepalives end with the leg, not with the stream below it.
            leg.abort();
            throw e;
        }
    }

    private <T> T within(ByteStream stream, String what, Deadline.Exchange<T> exchange) throws IOException {
        Duration limit = ticks.length().multipliedBy(settings.setupTicks());
        try {
            return Deadline.within(stream, limit, what, exchange);
        } catch (IOException | RuntimeException e) {
            stream.abort();
            throw e;
        }
    }
}
