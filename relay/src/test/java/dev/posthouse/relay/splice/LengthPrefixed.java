package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/** The plainest message stream: four bytes of length, then the message. */
final class LengthPrefixed implements MessageStream {

    private final ByteStream below;
    private final ReentrantLock sending = new ReentrantLock();

    LengthPrefixed(ByteStream below) {
        this.below = below;
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        while (length.hasRemaining()) {
            if (below.read(length) < 0) {
                if (length.position() > 0) {
                    throw new EOFException("ended within a length");
                }
                return Optional.empty();
            }
        }
        ByteBuffer message = ByteBuffer.allocate(length.flip().getInt());
        while (message.hasRemaining()) {
            if (below.read(message) < 0) {
                throw new EOFException("ended within a message");
            }
        }
        return Optional.of(message.flip());
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        ByteBuffer framed = ByteBuffer.allocate(4 + message.remaining());
        framed.putInt(message.remaining()).put(message).flip();
        sending.lock();
        try {
            below.write(framed);
        } finally {
            sending.unlock();
        }
    }

    @Override
    public OptionalLong lastTaken() {
        return below.lastTaken();
    }

    @Override
    public int longest() {
        return Integer.MAX_VALUE - 16;
    }

    @Override
    public void shutdownOutput() throws IOException {
        below.shutdownOutput();
    }

    @Override
    public void abort() {
        below.abort();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
