package dev.posthouse.relay.meet;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.WatchEnd;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The wait of a peer that has to keep still: the data path watches it, at no cost in threads and buffers. */
final class SilentWait<P extends WaitingPeer> extends Wait<P> {

    SilentWait(WaitingPeers<P> owner, P peer, WaitRequest request, Directory.Presence presence, Permit permit) {
        super(owner, peer, request, presence, permit);
    }

    @Override
    public void waitEnded(WatchEnd.Cause cause, ByteStream stream) {
        switch (cause) {
            case TIMED_OUT -> owner().ended(this, stream, Reason.NO_PEER, WaitingPeers.NOBODY_CAME);
            case SHUTDOWN -> owner().ended(this, stream, Reason.SHUTDOWN, WaitingPeers.GOING_DOWN);
            case READABLE -> owner().ended(this, stream, spokeOrLeft(stream), "it spoke, or left, while it waited");
        }
    }

    /** What made it readable. Does not block: there is something to read. */
    private static Reason spokeOrLeft(ByteStream stream) {
        try {
            return stream.read(ByteBuffer.allocate(1)) < 0 ? Reason.PEER_GONE : Reason.PROTOCOL_ERROR;
        } catch (IOException e) {
            return Reason.PEER_GONE;
        }
    }
}
