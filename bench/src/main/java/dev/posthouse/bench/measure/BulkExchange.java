package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Pair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.Function;

/** Sends a little bulk through each of many pairs, first one way, then the other, and leaves them idle. */
public final class BulkExchange {
    /** Twice a usual copy buffer, so that a relay that holds buffers has filled them. */
    private static final int BYTES = 64 * 1024;

    private BulkExchange() {}

    /** Blocks until all of it has come out, each way. */
    public static void bothWays(List<Pair> pairs) throws IOException {
        through(pairs, Pair::dialer, Pair::acceptor);
        through(pairs, Pair::acceptor, Pair::dialer);
    }

    /** One thread sends pair after pair and this one reads in the same order, so neither waits for the other for good. */
    private static void through(List<Pair> pairs, Function<Pair, SocketChannel> from, Function<Pair, SocketChannel> to)
            throws IOException {
        try (var sender = new Tasks<Integer>()) {
            sender.start(() -> send(pairs, from));
            receive(pairs, to);
            sender.results();
        }
    }

    private static int send(List<Pair> pairs, Function<Pair, SocketChannel> from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        for (Pair pair : pairs) {
            bytes.clear();
            from.apply(pair).write(bytes);
        }
        return pairs.size();
    }

    private static void receive(List<Pair> pairs, Function<Pair, SocketChannel> to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        for (Pair pair : pairs) {
            bytes.clear();
            while (bytes.hasRemaining()) {
                if (to.apply(pair).read(bytes) < 0) {
                    throw new EOFException("the relay ended a circuit after " + bytes.position() + " bytes");
                }
            }
        }
    }
}
