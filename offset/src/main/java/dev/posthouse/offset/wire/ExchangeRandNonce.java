package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The first message of the handshake, each way (spec 4.2).
 *
 * @param randNonce 16 bytes, which the peer must sign
 * @param srcPublicKey the sender's identity, 32 bytes
 * @param optDestPublicKey the identity that the sender expects, 32 bytes; the original ignores it, and releases up to 0.1.2 do
 *     not know it
 * @param extensions what the sender can do beyond the original, a set of 16 bits, of which unknown ones are kept; 0 from the
 *     original. They are in the place that the schema's next field of that size would get, which the original does not read
 */
public record ExchangeRandNonce(
        Octets randNonce, Octets srcPublicKey, Optional<Octets> optDestPublicKey, int extensions) {

    /** An extension, meant for a tunnel's other end: an empty message ends the sender's direction, and only that one. */
    public static final int HALF_CLOSE = 1;

    /**
     * An extension, meant for a tunnel's other end: the sender speaks version 1 of the acknowledged stream on tunnels that are used as
     * streams of bytes. In force if both ends say so.
     */
    public static final int ACKNOWLEDGED = 1 << 1;

    private static final int EXTENSIONS = 0xffff;
    private static final String WHAT = "ExchangeRandNonce";
    private static final Struct.Shape SHAPE = Struct.Shape.of(1, 3);
    private static final int EMPTY = 0;
    private static final int PUBLIC_KEY = 1;

    /** @throws IllegalArgumentException if a part has another length, or there are more than 16 bits of extensions */
    public ExchangeRandNonce {
        randNonce.require(Sizes.RAND_NONCE, "randNonce");
        srcPublicKey.require(Sizes.PUBLIC_KEY, "srcPublicKey");
        optDestPublicKey.ifPresent(key -> key.require(Sizes.PUBLIC_KEY, "optDestPublicKey"));
        if ((extensions & ~EXTENSIONS) != 0) {
            throw new IllegalArgumentException("extensions are 16 bits, not " + Integer.toHexString(extensions));
        }
    }

    /** Without extensions, as the original has it. */
    public ExchangeRandNonce(Octets randNonce, Octets srcPublicKey, Optional<Octets> optDestPublicKey) {
        this(randNonce, srcPublicKey, optDestPublicKey, 0);
    }

    /** The message, packed, in a new buffer. */
    public ByteBuffer encode() {
        int below = Message.words(randNonce)
                + Message.words(srcPublicKey)
                + optDestPublicKey.map(Message::words).orElse(0);
        return Message.write(SHAPE, below, root -> {
            root.octets(0, randNonce);
            root.octets(1, srcPublicKey);
            root.extensions(extensions);
            optDestPublicKey.ifPresent(key -> {
                root.tag(PUBLIC_KEY);
                root.octets(2, key);
            });
        });
    }

    /**
     * Reads the message.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @throws ProtocolViolation if it is none
     */
    public static ExchangeRandNonce decode(ByteBuffer packed) throws ProtocolViolation {
        return Message.read(
                WHAT,
                packed,
                Message.STRUCTURE,
                root -> new ExchangeRandNonce(
                        root.octets(0, Sizes.RAND_NONCE),
                        root.octets(1, Sizes.PUBLIC_KEY),
                        switch (root.tag()) {
                            case EMPTY -> Optional.empty();
                            case PUBLIC_KEY -> Optional.of(root.octets(2, Sizes.PUBLIC_KEY));
                            default -> throw new ProtocolViolation("optDestPublicKey has no variant " + root.tag());
                        },
                        root.extensions()));
    }
}
