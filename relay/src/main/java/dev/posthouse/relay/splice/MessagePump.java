package dev.posthouse.relay.splice;

import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Moves messages, one at a time and each whole: what the meters allow of one is counted as used while the rest of it waits
 * for its turn.
 */
final class MessagePump extends Pump {

    private final MessageStream source;
    private final MessageStream sink;

    MessagePump(PumpedSplice splice, MessageStream source, MessageStream sink) {
        super(splice);
        this.source = source;
        this.sink = sink;
    }

    @Override
    void pump() throws IOException, InterruptedException {
        while (splice.goesOn()) {
            Optional<ByteBuffer> message = receive();
            if (message.isEmpty()) {
                end();
                return;
            }
            int length = message.get().remaining();
            count(length);
            if (length > sink.longest()) {
                splice.fail(
                        Reason.PROTOCOL_ERROR,
                        new ProtocolViolation("a message of " + length + " bytes; the other side takes "
                                + sink.longest() + " at most"));
                return;
            }
            if (length > 0) {
                pass(message.get());
            } else {
                send(message.get());
            }
        }
    }

    private Optional<ByteBuffer> receive() throws IOException {
        try {
            return source.receive();
        } catch (IOException e) {
            if (splice.cause() == Reason.COMPLETED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What ends one direction ends both: said first, so that what it does to the other direction is no failure. */
    private void end() throws IOException {
        splice.endBoth(Splicer.MESSAGE_DRAIN);
        try {
            watched(() -> {
                sink.shutdownOutput();
                return 0;
            });
        } catch (IOException e) {
            // The sink had gone already, or goes now; nothing is left to be said to it.
        }
    }

    @Override
    OptionalLong lastTaken() {
        return sink.lastTaken();
    }

    /** An empty message, which no meter is asked about. */
    private void send(ByteBuffer empty) throws IOException {
        int _ = watched(() -> {
            sink.send(empty);
            return 0;
        });
    }

    @Override
    int deliver(ByteBuffer part, boolean last) throws IOException {
        if (!last) {
            part.position(part.limit());
            return 0;
        }
        ByteBuffer whole = part.rewind();
        int length = whole.remaining();
        sink.send(whole);
        return length;
    }
}
