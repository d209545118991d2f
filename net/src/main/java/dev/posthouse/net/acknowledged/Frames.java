package dev.posthouse.net.acknowledged;

import java.nio.ByteBuffer;

/**
 * The acknowledged stream, version 1, as a protocol: what is sent, by whom and when. Two clients of ours speak it over a connection on
 * which both said before that they do; who carries the connection sees bytes like any others.
 *
 * <pre>
 * frame     type u8 | length u24, big-endian | payload of that length
 *
 * 0 DATA      bytes of the stream; at most as many as the peer has allowed
 * 1 END       no payload: this direction ends here, in order. It takes one position. No DATA follows
 * 2 RECEIVED  position u64 | allowed u64: how many positions the application has taken, and up to which position may be sent
 * 3 PING      0 to 64 bytes: please answer
 * 4 PONG      the bytes of the PING
 * 5 ABORT     reason u8: this end gives both directions up; nothing follows
 * 80 PADDING  bytes that mean nothing, so that the data behind it begin at a multiple of 16
 * 80 to ff    skipped by who does not know them; any other type is an error
 * </pre>
 *
 * <p><b>Flow.</b> Each end begins with RECEIVED, which is its greeting too; until the peer's has come it may send {@link #UNASKED} bytes. A position is the number of a byte,
 * counted from the start; END is the one behind the last byte. RECEIVED goes out when half of the window was taken, when END
 * was, and once a second while something was.
 *
 * <pre>
 * source                                        sink
 *   | RECEIVED 0, w                RECEIVED 0, w  |
 *   |&lt;-------------------------------------------&gt;|
 *   | DATA ... DATA END                       END |
 *   |&lt;-------------------------------------------&gt;|
 *   |       RECEIVED n+1: the file is written out |
 *   |&lt;--------------------------------------------|
 *   | closes                               closes |
 * </pre>
 *
 * <p>A connection that ends before END was cut; one that ends before RECEIVED has come for END leaves unknown what arrived, and so is cut,
 * too. A connection is closed below only after both directions are done: no half-close of the connection that carries it is needed.
 *
 * <p><b>Silence.</b> Who has heard nothing for a quarter of its limit sends PING, and gives up at the limit. Both ends read at all times,
 * whatever their application does: what it does not take stays within the window, so that a PONG is never held up behind data.
 *
 * <p><b>Versions.</b> 1 is the first. A later layer takes its place by a higher version where the connection is negotiated.
 */
final class Frames {

    static final int DATA = 0;
    static final int END = 1;
    static final int RECEIVED = 2;
    static final int PING = 3;
    static final int PONG = 4;
    static final int ABORT = 5;

    /** Types from here on are skipped where they are not known. */
    static final int IGNORABLE = 0x80;

    static final int PADDING = 0x80;

    /** Type and length. */
    static final int HEADER = 4;

    /** Of the length field. */
    static final int MAX_LENGTH = 0xff_ffff;

    /** What may be sent before the peer has allowed anything: a peer that looks at its connection late need not hold up who writes to it. */
    static final int UNASKED = 1024 * 1024;

    /**
     * Where data begin that the system copies: the copies between a buffer and a socket take twice as long where the one is at a multiple of
     * this and the other is not.
     */
    private static final int ALIGNMENT = 16;

    /** Fewer bytes are copied faster than padding is written. */
    private static final int WORTH_PADDING = 4096;

    /** Two positions. */
    static final int RECEIVED_LENGTH = 16;

    /** No control frame has a longer payload: decided here, so that one always fits the reader's own buffer. */
    static final int MAX_CONTROL = 64;

    /** A header and what it is too long for. */
    static final int MOST_PADDING = ALIGNMENT + HEADER;

    private Frames() {}

    /** A header alone, ready to be written. */
    static ByteBuffer header(int type, int length) {
        return ByteBuffer.allocate(HEADER).putInt(type << 24 | length).flip();
    }

    /** What goes in front of {@code length} bytes of data: their header, behind padding where that is worth it and {@code written} bytes went before. */
    static ByteBuffer aligned(long written, int length) {
        ByteBuffer lead = ByteBuffer.allocate(HEADER + MOST_PADDING);
        if (length >= WORTH_PADDING) {
            pad(lead, written + HEADER);
        }
        return lead.putInt(DATA << 24 | length).flip();
    }

    /** Puts as much padding as brings {@code position} to a multiple of the alignment; none where it is at one. */
    static void pad(ByteBuffer into, long position) {
        int missing = (int) (-position & (ALIGNMENT - 1));
        if (missing > 0) {
            int length = missing < HEADER ? missing + ALIGNMENT - HEADER : missing - HEADER;
            put(into, PADDING, new byte[length]);
        }
    }

    static void putReceived(ByteBuffer into, long position, long allowed) {
        into.putInt(RECEIVED << 24 | RECEIVED_LENGTH).putLong(position).putLong(allowed);
    }

    static void put(ByteBuffer into, int type, byte... payload) {
        into.putInt(type << 24 | payload.length).put(payload);
    }
}
