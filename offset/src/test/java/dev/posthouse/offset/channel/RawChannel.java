package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.RecordCipher;
import dev.posthouse.net.MessageStream;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.KaMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A peer that does the handshake and then whatever a test wants: records by hand, in either shape. No keepalives, no rekeys,
 * no padding unless asked for. One thread.
 */
public final class RawChannel {

    private static final int LONGEST = 4 << 20;

    private final MessageStream below;
    private final Ed25519PublicKey peer;
    private final RecordCipher sending;
    private final RecordCipher receiving;

    private RawChannel(MessageStream below, Handshake.Agreed agreed) {
        this.below = below;
        this.peer = agreed.peer();
        this.sending = agreed.keys().sending();
        this.receiving = agreed.keys().receiving();
    }

    /** After the handshake with anybody. */
    public static RawChannel establish(MessageStream below, Ed25519KeyPair own) throws IOException {
        return new RawChannel(below, new Handshake(below, own, Optional.empty(), Randomness.secure(0), 0).run());
    }

    public Ed25519PublicKey peer() {
        return peer;
    }

    /** What carries the records. */
    public MessageStream below() {
        return below;
    }

    /** The next record of any plaintext; not sent. */
    public ByteBuffer seal(ByteBuffer plaintext) {
        ByteBuffer record = ByteBuffer.allocate(plaintext.remaining() + RecordCipher.OVERHEAD);
        sending.seal(plaintext, record);
        return record.flip();
    }

    /** The next record of a message; not sent. */
    public ByteBuffer seal(Content content, Shape shape) {
        return seal(ChannelMessage.encode(content, ByteBuffer.allocate(0), shape));
    }

    /** Sends bytes as one record. */
    public void sendRecord(ByteBuffer record) throws IOException {
        below.send(record);
    }

    /** Sends a message of the layer above, whatever it is. */
    public void send(ByteBuffer message, Shape shape) throws IOException {
        sendRecord(seal(new Content.User(message), shape));
    }

    /** Sends a message within a keepalive layer. */
    public void sendKept(ByteBuffer message) throws IOException {
        send(KaMessage.message(message), Shape.NESTED);
    }

    /** The next message of the secure channel. */
    public ChannelMessage.Decoded receive() throws IOException {
        ByteBuffer record = below.receive().orElseThrow(() -> new java.io.EOFException("the peer has ended"));
        ByteBuffer plain = ByteBuffer.allocate(record.remaining());
        if (!receiving.open(record, plain)) {
            throw new AssertionError("a record that does not open");
        }
        return ChannelMessage.decode(plain.flip(), LONGEST);
    }

    /** The next message of the layer above. */
    public ByteBuffer receiveUser() throws IOException {
        return ((Content.User) receive().content()).payload();
    }

    /** The next message within a keepalive layer; empty for a keepalive. */
    public Optional<ByteBuffer> receiveKept() throws IOException {
        return KaMessage.decode(receiveUser(), LONGEST);
    }

    public void abort() {
        below.abort();
    }
}
