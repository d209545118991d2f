package dev.posthouse.interop.live;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ByteStream;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import java.io.IOException;

/**
 * Makes clients' legs to one Offset relay. Thread-safe.
 *
 * @param relay who it must be
 * @param settings the legs' numbers
 * @param ticks the legs' time
 */
public record OffsetLegs(Ed25519PublicKey relay, ChannelSettings settings, Ticks ticks) {

    /**
     * A leg that has not said what it is for.
     *
     * @param stream taken over; aborted if it fails
     */
    public KeepAlive open(ByteStream stream, Ed25519KeyPair own) throws IOException {
        return new Channels(own, settings, ticks).toRelay(stream, relay);
    }

    /** A leg that has. */
    public KeepAlive open(ByteStream stream, Ed25519KeyPair own, InitConnection first) throws IOException {
        KeepAlive leg = open(stream, own);
        try {
            leg.send(first.encode());
            return leg;
        } catch (IOException e) {
            leg.abort();
            throw e;
        }
    }

    /** The first message of one that calls a listener. */
    public static InitConnection connect(Ed25519KeyPair to) {
        return new InitConnection.Connect(Octets.of(to.publicKey().bytes()));
    }

    /** The first message of a listener that takes a call. */
    public static InitConnection accept(Ed25519PublicKey from) {
        return new InitConnection.Accept(Octets.of(from.bytes()));
    }
}
