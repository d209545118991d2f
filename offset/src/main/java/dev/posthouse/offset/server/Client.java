package dev.posthouse.offset.server;

import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.limit.Party;
import dev.posthouse.relay.limit.PeerKey;
import java.io.IOException;

/**
 * A client that has proved who it is and said what it wants.
 *
 * @param leg its connection
 * @param channel what is said on it from now on
 * @param age the form of its frames: clients of different ages do not understand each other inside a tunnel (spec 12)
 */
record Client(Inbound leg, KeepAlive channel, LengthPrefix age) {

    /** Its identity. */
    Ed25519PublicKey key() {
        return channel.peer();
    }

    /** Its key as text, which its party has already. */
    String name() {
        return party().key().map(PeerKey::text).orElseGet(key()::toString);
    }

    /** Who it is. */
    Party party() {
        return leg.party();
    }

    /**
     * Ends its connection in order, which is all that the protocol has to say. Does not block: what the client still sends is
     * read away in the background, so that the end is not a reset; its place is given back when that is over and the descriptor is
     * closed.
     */
    void dismiss() {
        try {
            channel.close();
        } catch (IOException e) {
            leg.abort();
        }
    }
}
