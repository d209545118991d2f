package dev.posthouse.offset.client;

import dev.posthouse.net.MessageStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;

/** A tunnel as a stream of messages, each of them one of the application's, as in the original. */
final class TunnelMessages implements MessageStream {

    private final Tunnel tunnel;

    TunnelMessages(Tunnel tunnel) {
        this.tunnel = tunnel;
        tunnel.useAsMessages();
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        try {
            return tunnel.inbox().take(0);
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        if (message.remaining() > longest()) {
            throw new IllegalArgumentException(
                    "a message has " + longest() + " bytes at most, not " + message.remaining());
        }
        tunnel.send(message);
    }

    @Override
    public int longest() {
        return tunnel.longest();
    }

    @Override
    public void shutdownOutput() throws IOException {
        tunnel.endOutput();
    }

    @Override
    public void abort() {
        tunnel.abort();
    }

    @Override
    public void close() {
        tunnel.close();
    }

    @Override
    public String toString() {
        return "messages over " + tunnel;
    }
}
