package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ProtocolViolation;

/**
 * How far the direction to the peer has come, in positions: what was sent, up to where may be sent, and what the peer's application has
 * taken. The end takes the position behind the last byte. Guarded by the stream's lock.
 */
final class OutputPositions {

    private long sent;
    private boolean ended;
    private long allowed = Frames.UNASKED;
    private long received;

    /** How much of {@code wanted} may be sent now, which counts as sent; 0 for nothing. */
    int send(int wanted) {
        int count = (int) Math.min(wanted, allowed - sent);
        sent += count;
        return count;
    }

    void end() {
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    private long all() {
        return ended ? sent + 1 : sent;
    }

    /** What the peer says of what it has taken and allows. */
    void received(long position, long most) throws ProtocolViolation {
        if (position < received || position > all() || most < allowed) {
            throw new ProtocolViolation("the peer says that it has received what was not sent, or less than before");
        }
        received = position;
        allowed = most;
    }

    /** Whether the peer has taken all that was sent. */
    boolean nothingUnderWay() {
        return received == all();
    }

    /** Whether the peer has taken everything, the end included. */
    boolean allReceived() {
        return ended && nothingUnderWay();
    }
}
