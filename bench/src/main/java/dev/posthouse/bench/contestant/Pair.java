package dev.posthouse.bench.contestant;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * The two outer ends of one circuit.
 *
 * @param dialer blocking
 * @param accepter blocking
 */
public record Pair(SocketChannel dialer, SocketChannel accepter) implements Closeable {

    @Override
    public void close() throws IOException {
        // The accepter first: what then lingers in TIME_WAIT is mostly on its one port and not on the many of dialers.
        try (dialer) {
            accepter.close();
        }
    }
}
