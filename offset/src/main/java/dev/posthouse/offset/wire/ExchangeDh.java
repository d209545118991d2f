package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;

/**
 * The second message of the handshake, each way (spec 4.2).
 *
 * @param dhPublicKey the sender's X25519 key of this connection, 32 bytes
 * @param randNonce the nonce that came from the peer, 16 bytes
 * @param keySalt the salt of the sender's sending key, 32 bytes
 * @param signature over {@link #signedBytes()} with the sender's identity, 64 bytes
 */
public record ExchangeDh(Octets dhPublicKey, Octets randNonce, Octets keySalt, Octets signature) {

    private static final String WHAT = "ExchangeDh";
    private static final Struct.Shape SHAPE = Struct.Shape.of(0, 4);

    /** @throws IllegalArgumentException if a part has another length */
    public ExchangeDh {
        dhPublicKey.require(Sizes.DH_PUBLIC_KEY, "dhPublicKey");
        randNonce.require(Sizes.RAND_NONCE, "randNonce");
        keySalt.require(Sizes.SALT, "keySalt");
        signature.require(Sizes.SIGNATURE, "signature");
    }

    /** What {@link #signature} signs: 80 bytes, {@code dhPublicKey || randNonce || keySalt} (spec 4.3). */
    public byte[] signedBytes() {
        return signedBytes(dhPublicKey, randNonce, keySalt);
    }

    /**
     * The same before there is a signature.
     *
     * @throws IllegalArgumentException if a part has another length
     */
    public static byte[] signedBytes(Octets dhPublicKey, Octets randNonce, Octets keySalt) {
        ByteBuffer signed = ByteBuffer.allocate(Sizes.DH_PUBLIC_KEY + Sizes.RAND_NONCE + Sizes.SALT);
        dhPublicKey.require(Sizes.DH_PUBLIC_KEY, "dhPublicKey").putInto(signed);
        randNonce.require(Sizes.RAND_NONCE, "randNonce").putInto(signed);
        keySalt.require(Sizes.SALT, "keySalt").putInto(signed);
        return signed.array();
    }

    /** The message, packed, in a new buffer. */
    public ByteBuffer encode() {
        int below = Message.words(dhPublicKey)
                + Message.words(randNonce)
                + Message.words(keySalt)
                + Message.words(signature);
        return Message.write(SHAPE, below, root -> {
            root.octets(0, dhPublicKey);
            root.octets(1, randNonce);
            root.octets(2, keySalt);
            root.octets(3, signature);
        });
    }

    /**
     * Reads the message.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @throws ProtocolViolation if it is none
     */
    public static ExchangeDh decode(ByteBuffer packed) throws ProtocolViolation {
        return Message.read(
                WHAT,
                packed,
                Message.STRUCTURE,
                root -> new ExchangeDh(
                        root.octets(0, Sizes.DH_PUBLIC_KEY),
                        root.octets(1, Sizes.RAND_NONCE),
                        root.octets(2, Sizes.SALT),
                        root.octets(3, Sizes.SIGNATURE)));
    }
}
