package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;

/** The first message of a client to a relay: what this connection is for (spec 7.1). */
public sealed interface InitConnection {

    /** To be told who wants to be connected. */
    record Listen() implements InitConnection {}

    /**
     * To be joined with one that waits for this client.
     *
     * @param publicKey the connecting identity, 32 bytes
     */
    record Accept(Octets publicKey) implements InitConnection {

        /** @throws IllegalArgumentException if the key has another length */
        public Accept {
            publicKey.require(Sizes.PUBLIC_KEY, "publicKey");
        }
    }

    /**
     * To be joined with one that listens.
     *
     * @param publicKey the listening identity, 32 bytes
     */
    record Connect(Octets publicKey) implements InitConnection {

        /** @throws IllegalArgumentException if the key has another length */
        public Connect {
            publicKey.require(Sizes.PUBLIC_KEY, "publicKey");
        }
    }

    /** The message, packed, in a new buffer. */
    default ByteBuffer encode() {
        return switch (this) {
            case Listen() -> InitConnectionForm.write(InitConnectionForm.LISTEN);
            case Accept(Octets publicKey) -> InitConnectionForm.write(InitConnectionForm.ACCEPT, publicKey);
            case Connect(Octets publicKey) -> InitConnectionForm.write(InitConnectionForm.CONNECT, publicKey);
        };
    }

    /**
     * Reads the message.
     *
     * @param packed its position stays; what is behind the message is ignored
     * @throws ProtocolViolation if it is none
     */
    static InitConnection decode(ByteBuffer packed) throws ProtocolViolation {
        return Message.read("InitConnection", packed, Message.STRUCTURE, root -> switch (root.tag()) {
            case InitConnectionForm.LISTEN -> new Listen();
            case InitConnectionForm.ACCEPT -> new Accept(root.octets(0, Sizes.PUBLIC_KEY));
            case InitConnectionForm.CONNECT -> new Connect(root.octets(0, Sizes.PUBLIC_KEY));
            default -> throw new ProtocolViolation("there is no variant " + root.tag());
        });
    }
}
