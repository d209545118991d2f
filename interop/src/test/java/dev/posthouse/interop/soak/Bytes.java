package dev.posthouse.interop.soak;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.ByteStream;
import dev.posthouse.testkit.ByteOracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Sends bytes that follow from a seed, and compares those that come. */
final class Bytes {

    private static final int PIECE = 32 * 1024;

    private Bytes() {}

    /** Sends all of it. */
    static void send(ByteStream to, Payload payload) throws IOException {
        ByteOracle.Source source = payload.oracle().source(payload.length());
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        while (source.hasRemaining()) {
            source.fill(piece.clear());
            to.write(piece.flip());
        }
    }

    /** Sends all of it, and then the end. */
    static void sendAndEnd(ByteStream to, Payload payload) throws IOException {
        send(to, payload);
        to.shutdownOutput();
    }

    /** Takes what comes until the end, which must be all of it. */
    static void receive(ByteStream from, Payload payload) throws IOException {
        ByteOracle.Sink sink = payload.oracle().sink();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        while (from.read(piece.clear()) >= 0) {
            sink.accept(piece.flip());
        }
        sink.assertExactly(payload.length());
    }

    /** The same, a little at a time. */
    static void receiveSlowly(ByteStream from, Payload payload, Phase phase) throws IOException, InterruptedException {
        ByteOracle.Sink sink = payload.oracle().sink();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        while (from.read(piece.clear()) >= 0) {
            sink.accept(piece.flip());
            phase.pause(Duration.ofMillis(50));
        }
        sink.assertExactly(payload.length());
    }

    /** Takes exactly the next of them. */
    static void receiveExactly(ByteStream from, ByteOracle.Sink sink, int count) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(count);
        while (piece.hasRemaining()) {
            if (from.read(piece) < 0) {
                throw new AssertionError("the end came behind " + sink.count() + " bytes");
            }
        }
        sink.accept(piece.flip());
    }

    /** Takes what comes until a reset, or an end: at most so much, and right as far as it goes. */
    static void receivePrefix(ByteStream from, Payload payload) {
        ByteOracle.Sink sink = payload.oracle().sink();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try {
            while (from.read(piece.clear()) >= 0) {
                sink.accept(piece.flip());
            }
        } catch (IOException e) {
            // as it must be: the other end was reset
        }
        sink.assertPrefixOf(payload.length());
    }

    /** Sends for as long as the relay lets it. */
    static void sendUntilReset(ByteStream to, ByteOracle oracle) {
        ByteOracle.Source source = oracle.source(Long.MAX_VALUE);
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try {
            while (true) {
                source.fill(piece.clear());
                to.write(piece.flip());
            }
        } catch (IOException e) {
            // as it must be: the other end was reset, or read nothing for too long
        }
    }

    /** Waits until the relay ends a connection, whatever it says before that. */
    static void awaitEnd(ByteStream of) {
        ByteBuffer scrap = ByteBuffer.allocate(1_024);
        try {
            while (of.read(scrap.clear()) >= 0) {
                // whatever it says
            }
        } catch (IOException e) {
            // a reset is an end, too
        }
    }
}
