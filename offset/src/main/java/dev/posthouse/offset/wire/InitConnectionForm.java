package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;

/** What {@link InitConnection} looks like, which a public interface cannot keep to itself. */
final class InitConnectionForm {

    static final int LISTEN = 0;
    static final int ACCEPT = 1;
    static final int CONNECT = 2;

    private static final Struct.Shape SHAPE = Struct.Shape.of(1, 1);

    private InitConnectionForm() {}

    static ByteBuffer write(int tag) {
        return Message.write(SHAPE, 0, root -> root.tag(tag));
    }

    static ByteBuffer write(int tag, Octets publicKey) {
        return Message.write(SHAPE, Message.words(publicKey), root -> {
            root.tag(tag);
            root.octets(0, publicKey);
        });
    }
}
