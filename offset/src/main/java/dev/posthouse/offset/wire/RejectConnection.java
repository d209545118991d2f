package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;

/**
 * A listener's answer to {@link IncomingConnection}, if it does not accept: the relay then closes the other's connection (spec 7.3).
 *
 * @param publicKey who is rejected: the connecting identity, 32 bytes
 */
public record RejectConnection(Octets publicKey) {

    private static final String WHAT = "RejectConnection";
    private static final Struct.Shape SHAPE = Struct.Shape.of(0, 1);

    /** @throws IllegalArgumentException if the key has another length */
    public RejectConnection {
        publicKey.require(Sizes.PUBLIC_KEY, "publicKey");
    }

    /** The message, packed, in a new buffer. */
    public ByteBuffer encode() {
        return Message.write(SHAPE, Message.words(publicKey), root -> root.octets(0, publicKey));
    }

    /**
     * Reads the message.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @throws ProtocolViolation if it is none
     */
    public static RejectConnection decode(ByteBuffer packed) throws ProtocolViolation {
        return Message.read(
                WHAT, packed, Message.STRUCTURE, root -> new RejectConnection(root.octets(0, Sizes.PUBLIC_KEY)));
    }
}
