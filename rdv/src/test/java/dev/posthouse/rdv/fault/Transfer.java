package dev.posthouse.rdv.fault;

import dev.posthouse.net.ByteStream;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** One direction of a transfer: a sender that counts what it gave out, a receiver that checks each byte that comes. */
final class Transfer {

    private static final int CHUNK = 16 * 1_024;

    private final ByteOracle oracle;
    private final ByteOracle.Sink sink;
    private final AtomicLong accepted = new AtomicLong();

    Transfer(long seed) {
        oracle = ByteOracle.of(seed);
        sink = oracle.sink();
    }

    /** Sends so much, then ends its direction; what stopped it early, if anything did. */
    Optional<IOException> send(ByteStream to, long total) {
        ByteOracle.Source source = oracle.source(total);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try {
            while (source.hasRemaining()) {
                source.fill(chunk.clear());
                to.write(chunk.flip());
                accepted.set(source.position());
            }
            to.shutdownOutput();
            return Optional.empty();
        } catch (IOException e) {
            // The chunk that failed may have gone out in part.
            accepted.set(source.position());
            return Optional.of(e);
        }
    }

    /** Receives to the end; what stopped it early, if anything did. */
    Optional<IOException> receive(ByteStream from) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try {
            while (from.read(chunk.clear()) >= 0) {
                sink.accept(chunk.flip());
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    /** Bytes that the system has taken from the sender, at most. */
    long accepted() {
        return accepted.get();
    }

    /** Bytes that arrived, all of them right. */
    long received() {
        return sink.count();
    }

    /** What arrived is the beginning of what was sent. */
    void assertPrefix() {
        sink.assertPrefixOf(accepted.get());
    }

    /** Everything arrived. */
    void assertWhole(long total) {
        sink.assertExactly(total);
        if (!sink.sha256().equals(oracle.sha256(total))) {
            throw new AssertionError("other bytes arrived (seed " + oracle.seed() + ")");
        }
    }
}
