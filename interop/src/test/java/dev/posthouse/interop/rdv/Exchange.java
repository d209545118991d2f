package dev.posthouse.interop.rdv;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.ByteStream;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The framing of interop/peers/rdv, for our side: each side sends the length of its data (8 bytes, big-endian), the data, and 0x06
 * once the peer's data has arrived whole; both directions at once. No end rests on a half-close.
 */
final class Exchange {

    /** What a direction carries besides the data. */
    static final int FRAMING = 9;

    private static final byte ACKNOWLEDGEMENT = 0x06;
    private static final int BLOCK = 64 * 1_024;

    /** Without a byte for so long nothing will come any more. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private Exchange() {}

    /**
     * Sends and checks what comes.
     *
     * @param stream left open
     * @param outgoing what to send
     * @param incoming what must come, byte by byte
     * @return the hash of what came, in lower-case hex
     */
    static String run(ByteStream stream, Payload outgoing, Payload incoming) throws IOException {
        stream.readTimeout(SILENCE);
        Background<?> sender = Background.run(() -> send(stream, outgoing));
        try {
            String hash = receive(stream, incoming);
            sender.result();
            stream.write(ByteBuffer.wrap(new byte[] {ACKNOWLEDGEMENT}));
            byte answer = readExactly(stream, 1).get();
            if (answer != ACKNOWLEDGEMENT) {
                throw new IOException("not acknowledged, but answered with " + answer);
            }
            return hash;
        } catch (IOException | AssertionError e) {
            stream.abort();
            throw e;
        }
    }

    private static void send(ByteStream stream, Payload outgoing) throws IOException {
        stream.write(ByteBuffer.allocate(Long.BYTES).putLong(outgoing.length()).flip());
        ByteOracle.Source source = outgoing.oracle().source(outgoing.length());
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (source.hasRemaining()) {
            source.fill(block.clear());
            stream.write(block.flip());
        }
    }

    private static String receive(ByteStream stream, Payload incoming) throws IOException {
        long length = readExactly(stream, Long.BYTES).getLong();
        if (length != incoming.length()) {
            throw new AssertionError("the peer wants to send " + length + " bytes, not " + incoming.length());
        }
        ByteOracle.Sink sink = incoming.oracle().sink();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (sink.count() < length) {
            block.clear().limit((int) Math.min(BLOCK, length - sink.count()));
            if (stream.read(block) < 0) {
                throw new EOFException("ended after " + sink.count() + " of " + length + " bytes");
            }
            sink.accept(block.flip());
        }
        return sink.sha256();
    }

    /** Reads {@code count} bytes, ready to be taken. */
    static ByteBuffer readExactly(ByteStream stream, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (stream.read(bytes) < 0) {
                throw new EOFException("ended after " + bytes.position() + " of " + count + " bytes");
            }
        }
        return bytes.flip();
    }

    /** Reads to the end, which must come. */
    static byte[] readToEnd(ByteStream stream) throws IOException {
        stream.readTimeout(SILENCE);
        var all = new java.io.ByteArrayOutputStream();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (stream.read(block.clear()) >= 0) {
            all.write(block.array(), 0, block.position());
        }
        return all.toByteArray();
    }
}
