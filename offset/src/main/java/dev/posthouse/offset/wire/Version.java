package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;

/** The first frame each way, which each side sends at once (spec 3). Every release calls itself version 0. */
public final class Version {

    /** The version that is spoken here. */
    public static final int CURRENT = 0;

    private Version() {}

    /** The frame's content, {@code 00 00 00 00}, in a new buffer. */
    public static ByteBuffer frame() {
        return ByteBuffer.allocate(Integer.BYTES).putInt(0, CURRENT);
    }

    /**
     * Looks at the peer's.
     *
     * @param frame the content of the first frame; its position stays
     * @throws ProtocolViolation if it is no version, or another one
     */
    public static void check(ByteBuffer frame) throws ProtocolViolation {
        if (frame.remaining() != Integer.BYTES) {
            throw new ProtocolViolation("a version has 4 bytes, not " + frame.remaining());
        }
        if (!frame.equals(frame())) {
            throw new ProtocolViolation("the peer speaks another version than " + CURRENT);
        }
    }
}
