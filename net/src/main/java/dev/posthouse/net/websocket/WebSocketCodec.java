package dev.posthouse.net.websocket;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.budget.Holding;

/**
 * The server's end of the frames of RFC 6455 section 5, over a connection whose upgrade was answered. Frames that come must be
 * masked, frames that go are not; fragments are put together, pings answered, pongs skipped, and the closing handshake done in
 * both directions. Holds no connection itself. Thread-safe; what it makes has the contract of its kind.
 */
public interface WebSocketCodec {

    /**
     * Whole messages: what is sent goes out as one binary message each, and text and binary ones come in alike.
     *
     * @param below with every byte behind the head of the upgrade still in it; owned by what is returned
     * @param longest the most bytes that a message may have, in either direction; a longer one that comes is a {@link
     *     dev.posthouse.net.ProtocolViolation}. Positive
     * @param holding takes the bytes of a message that comes before they are allocated
     */
    MessageStream messages(ByteStream below, int longest, Holding holding);

    /**
     * Bytes: what is written goes out as binary messages, and those that come are read one behind the other, as they come and without
     * their borders. An orderly close of the peer is the end of what it sends. Of the kind {@link
     * dev.posthouse.net.StreamKind#OTHER}.
     *
     * @param below with every byte behind the head of the upgrade still in it; owned by what is returned
     */
    ByteStream bytes(ByteStream below);
}
