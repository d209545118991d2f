package dev.posthouse.bench.contestant;

import dev.posthouse.offset.channel.KeepAlive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * A client's leg to an Offset relay, whose first message has been sent. It is closed at once, without ceremony.
 *
 * @param channel what is said on it
 * @param socket what carries it, blocking
 */
record OffsetLeg(KeepAlive channel, SocketChannel socket) implements Held {
    private static final int SCRAP = 64 * 1024;

    /** Keepalives, and notices to a listener, may have come; an end means that it was sent away. */
    @Override
    public Optional<String> gone() throws IOException {
        ByteBuffer scrap = ByteBuffer.allocate(SCRAP);
        socket.configureBlocking(false);
        int count;
        try {
            do {
                count = socket.read(scrap.clear());
            } while (count > 0);
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        // Its end reads once more.
        socket.configureBlocking(true);
        return count == 0 ? Optional.empty() : Optional.of("closed");
    }

    @Override
    public void close() {
        channel.abort();
    }
}
