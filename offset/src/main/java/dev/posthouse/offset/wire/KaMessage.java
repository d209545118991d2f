package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What the keepalive layer sends: a sign of life, or a message of the layer above (spec 5). */
public final class KaMessage {

    private static final String WHAT = "KaMessage";
    private static final Struct.Shape SHAPE = Struct.Shape.of(1, 1);
    private static final int KEEP_ALIVE = 0;
    private static final int MESSAGE = 1;

    private KaMessage() {}

    /** A sign of life, packed, in a new buffer. */
    public static ByteBuffer keepAlive() {
        return Message.write(SHAPE, 0, root -> root.tag(KEEP_ALIVE));
    }

    /**
     * A message of the layer above.
     *
     * @param payload its bytes, between position and limit; the position stays
     * @return packed, in a new buffer
     */
    public static ByteBuffer message(ByteBuffer payload) {
        return new PayloadWriter(1 + SHAPE.words() + Message.words(payload.remaining()))
                .words(PayloadWriter.struct(0, SHAPE), MESSAGE, PayloadWriter.data(0, payload))
                .bytes(payload)
                .message();
    }

    /**
     * Reads a message.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @param longest the most bytes of payload. Besides them the message may take 8 KiB unpacked, and never is more allocated
     *     than that
     * @return the payload, which is the caller's: nobody else has its bytes; empty for a sign of life
     * @throws ProtocolViolation if it is none, or longer
     */
    public static Optional<ByteBuffer> decode(ByteBuffer packed, int longest) throws ProtocolViolation {
        int room = Math.addExact(longest, Message.STRUCTURE);
        return Message.read(WHAT, packed, room, root -> switch (root.tag()) {
            case KEEP_ALIVE -> Optional.empty();
            case MESSAGE -> Optional.of(Message.payload(root, 0, longest));
            default -> throw new ProtocolViolation("there is no variant " + root.tag());
        });
    }
}
