package dev.posthouse.net.memory;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Two connected streams: what one writes the other reads.
 *
 * @param left one end
 * @param right the other
 */
public record MemoryPair(ByteStream left, ByteStream right) implements AutoCloseable {

    /** A pair without addresses over {@link Link#DEFAULT}. */
    public static MemoryPair create() {
        return create(Link.DEFAULT);
    }

    /** A pair without addresses. */
    public static MemoryPair create(Link link) {
        return create(link, Optional.empty(), Optional.empty());
    }

    /**
     * A pair.
     *
     * @param link what lies between the ends
     * @param leftAddress what the left end calls its own address and the right end its peer's
     * @param rightAddress the other way round
     */
    public static MemoryPair create(
            Link link, Optional<InetSocketAddress> leftAddress, Optional<InetSocketAddress> rightAddress) {
        Pipe toRight = new Pipe(link.bufferSize(), Timeouts.nanos(link.latency()));
        Pipe toLeft = new Pipe(link.bufferSize(), Timeouts.nanos(link.latency()));
        return new MemoryPair(
                new MemoryStream(toLeft, toRight, link.halfClose(), leftAddress, rightAddress),
                new MemoryStream(toRight, toLeft, link.halfClose(), rightAddress, leftAddress));
    }

    /** Closes both ends. */
    @Override
    public void close() throws IOException {
        try (left;
                right) {
            // closing them is all
        }
    }
}
