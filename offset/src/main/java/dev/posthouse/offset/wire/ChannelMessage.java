package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;

/** What a record of the secure channel holds: a message of the layer above, or the start of a rekey, with padding (spec 4.5). */
public final class ChannelMessage {

    /**
     * The padding for which room is left, in bytes. The original draws its length from 0 to 65 535 (spec 4.6); more is accepted
     * as long as it fits together with the payload.
     */
    public static final int MAX_PADDING = 65_535;

    private static final String WHAT = "ChannelMessage";
    private static final int REKEY = 0;
    private static final int USER = 1;

    private static final Struct.Shape NESTED_ROOT = Struct.Shape.of(0, 2);
    private static final Struct.Shape NESTED_CONTENT = Struct.Shape.of(1, 1);
    private static final Struct.Shape FLAT_ROOT = Struct.Shape.of(1, 2);
    private static final Struct.Shape REKEY_SHAPE = Struct.Shape.of(0, 2);

    /** What it is about. */
    public sealed interface Content {

        /**
         * A message of the layer above.
         *
         * @param payload its bytes, between position and limit
         */
        record User(ByteBuffer payload) implements Content {}

        /**
         * New keys (spec 4.7).
         *
         * @param dhPublicKey the sender's new X25519 key, 32 bytes
         * @param keySalt the salt of the sender's new sending key, 32 bytes
         */
        record Rekey(Octets dhPublicKey, Octets keySalt) implements Content {

            /** @throws IllegalArgumentException if a part has another length */
            public Rekey {
                dhPublicKey.require(Sizes.DH_PUBLIC_KEY, "dhPublicKey");
                keySalt.require(Sizes.SALT, "keySalt");
            }
        }
    }

    /** Where the content stands. The two cannot be mixed on one channel, and nothing but the first message tells them apart. */
    public enum Shape {
        /** In a struct of its own: since 0.1.1. */
        NESTED,
        /** In the message itself: at the seed and in 0.1.0-alpha.4. */
        FLAT
    }

    /**
     * A message that was read.
     *
     * @param content a payload in it is the caller's: nobody else has its bytes
     * @param padding how many bytes of padding there were
     * @param shape what the peer speaks
     */
    public record Decoded(Content content, int padding, Shape shape) {}

    private ChannelMessage() {}

    /**
     * Writes a message.
     *
     * @param content the position of a payload stays
     * @param padding random bytes between position and limit, as many as the message is to be padded with; the position stays
     * @return the message, packed, in a new buffer
     */
    public static ByteBuffer encode(Content content, ByteBuffer padding, Shape shape) {
        return switch (content) {
            case Content.User(ByteBuffer payload) -> user(payload, padding, shape);
            case Content.Rekey rekey -> rekey(rekey, padding, shape);
        };
    }

    private static ByteBuffer user(ByteBuffer payload, ByteBuffer padding, Shape shape) {
        int paddingWords = Message.words(padding.remaining());
        int body = paddingWords + Message.words(payload.remaining());
        return switch (shape) {
            case NESTED ->
                new PayloadWriter(1 + NESTED_ROOT.words() + NESTED_CONTENT.words() + body)
                        .words(
                                PayloadWriter.struct(0, NESTED_ROOT),
                                PayloadWriter.data(1, padding),
                                PayloadWriter.struct(paddingWords, NESTED_CONTENT))
                        .bytes(padding)
                        .words(USER, PayloadWriter.data(0, payload))
                        .bytes(payload)
                        .message();
            case FLAT ->
                new PayloadWriter(1 + FLAT_ROOT.words() + body)
                        .words(
                                PayloadWriter.struct(0, FLAT_ROOT),
                                USER,
                                PayloadWriter.data(1, padding),
                                PayloadWriter.data(paddingWords, payload))
                        .bytes(padding)
                        .bytes(payload)
                        .message();
        };
    }

    private static ByteBuffer rekey(Content.Rekey rekey, ByteBuffer padding, Shape shape) {
        int body = Message.words(padding.remaining())
                + REKEY_SHAPE.words()
                + Message.words(rekey.dhPublicKey())
                + Message.words(rekey.keySalt());
        return switch (shape) {
            case NESTED ->
                Message.write(NESTED_ROOT, NESTED_CONTENT.words() + body, root -> {
                    root.data(0, padding);
                    fill(root.struct(1, NESTED_CONTENT), 0, rekey);
                });
            case FLAT ->
                Message.write(FLAT_ROOT, body, root -> {
                    root.data(0, padding);
                    fill(root, 1, rekey);
                });
        };
    }

    private static void fill(Struct.Builder union, int pointer, Content.Rekey content) {
        union.tag(REKEY);
        Struct.Builder rekey = union.struct(pointer, REKEY_SHAPE);
        rekey.octets(0, content.dhPublicKey());
        rekey.octets(1, content.keySalt());
    }

    /**
     * Reads a message of either shape.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @param longest the most bytes of payload. Besides them and {@link #MAX_PADDING} the message may take 8 KiB unpacked, and
     *     never is more allocated than that
     * @throws ProtocolViolation if it is none, or longer
     */
    public static Decoded decode(ByteBuffer packed, int longest) throws ProtocolViolation {
        int room = Math.addExact(longest, MAX_PADDING + Message.STRUCTURE);
        return Message.read(WHAT, packed, room, root -> {
            // The original has a word of data here only where the union is in this struct (spec 12).
            Shape shape = root.dataWords() == 0 ? Shape.NESTED : Shape.FLAT;
            int padding = root.data(0).remaining();
            Content content =
                    switch (shape) {
                        case NESTED -> content(root.struct(1), 0, longest);
                        case FLAT -> content(root, 1, longest);
                    };
            return new Decoded(content, padding, shape);
        });
    }

    private static Content content(Struct.Reader union, int pointer, int longest) throws ProtocolViolation {
        return switch (union.tag()) {
            case REKEY -> {
                Struct.Reader rekey = union.struct(pointer);
                yield new Content.Rekey(rekey.octets(0, Sizes.DH_PUBLIC_KEY), rekey.octets(1, Sizes.SALT));
            }
            case USER -> new Content.User(Message.payload(union, pointer, longest));
            default -> throw new ProtocolViolation("there is no variant " + union.tag());
        };
    }
}
