package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A peer on whose connection nothing comes while it waits.
 *
 * @param channel blocking, nothing unread
 */
record SilentPeer(SocketChannel channel) implements Held {
    /** The first line of an HTTP answer. */
    private static final int LINE = 128;

    @Override
    public Optional<String> gone() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LINE);
        channel.configureBlocking(false);
        int count = channel.read(bytes);
        channel.configureBlocking(true);
        if (count == 0) {
            return Optional.empty();
        }
        return Optional.of(
                count < 0
                        ? "closed"
                        : StandardCharsets.US_ASCII
                                .decode(bytes.flip())
                                .toString()
                                .lines()
                                .findFirst()
                                .orElse(""));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
