package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** How long a message is once it is unpacked, told from its table alone: nothing is allocated for it, and it is not looked at. */
public final class Unpacked {

    private Unpacked() {}

    /**
     * The bytes of a message's segments.
     *
     * @param packed a message of this protocol, packed; its position stays
     * @param longest what is answered at most: whoever reads a longer one refuses it
     * @return the length; 0 if the table is damaged, in which case whoever reads it says so
     */
    public static long length(ByteBuffer packed, int longest) {
        try {
            return Math.min(
                    longest,
                    Message.Table.read(new Unpacker(packed.duplicate())).bytes());
        } catch (BufferUnderflowException | ProtocolViolation e) {
            return 0;
        }
    }
}
