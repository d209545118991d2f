package dev.posthouse.cli.chime;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** What a chime connection carries: lines until it is known what a peer wants, frames of many circuits then. */
final class Frames {

    /** What a frame is about. */
    enum Kind {
        /** A reservation of the peer's begins; its name. */
        RESERVE('r'),
        /** A reservation has ended, without the peer; its name. */
        GONE('g'),
        /** A circuit to who has a reservation; its name. */
        CALL('c'),
        /** A circuit of a reservation; the caller's key. */
        OPEN('o'),
        /** No circuit came about; why. */
        REFUSED('n'),
        /** Bytes of a circuit. */
        DATA('d'),
        /** The end of a circuit's direction. */
        END('e');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        static Kind of(int code) throws ProtocolViolation {
            return Arrays.stream(values())
                    .filter(kind -> kind.code == code)
                    .findFirst()
                    .orElseThrow(() -> new ProtocolViolation("not a frame"));
        }
    }

    /**
     * @param circuit its number on this connection; 0 where it is about none
     * @param payload to be read once
     */
    record Frame(Kind kind, int circuit, ByteBuffer payload) {
        static Frame of(Kind kind, int circuit, String text) {
            return new Frame(kind, circuit, StandardCharsets.UTF_8.encode(text));
        }

        String text() {
            return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
        }
    }

    static final int LONGEST = 8_192;
    private static final int LONGEST_LINE = 256;
    private static final int HEADER = 5;

    private final ByteStream stream;
    private final ReentrantLock writing = new ReentrantLock();

    Frames(ByteStream stream) {
        this.stream = stream;
    }

    /** Empty at the end of the connection. */
    Optional<Frame> read() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        while (header.hasRemaining()) {
            if (stream.read(header) < 0) {
                return Optional.empty();
            }
        }
        header.flip();
        Kind kind = Kind.of(header.get());
        int circuit = Short.toUnsignedInt(header.getShort());
        int length = Short.toUnsignedInt(header.getShort());
        if (length > LONGEST) {
            throw new ProtocolViolation("a frame is too long");
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        while (payload.hasRemaining()) {
            if (stream.read(payload) < 0) {
                throw new EOFException("closed within a frame");
            }
        }
        return Optional.of(new Frame(kind, circuit, payload.flip()));
    }

    void write(Frame frame) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + frame.payload().remaining())
                .put((byte) frame.kind().code)
                .putShort((short) frame.circuit())
                .putShort((short) frame.payload().remaining())
                .put(frame.payload().duplicate())
                .flip();
        writing.lock();
        try {
            stream.write(bytes);
        } finally {
            writing.unlock();
        }
    }

    static String readLine(ByteStream from) throws IOException {
        var line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (from.read(one.clear()) >= 0) {
            char next = (char) one.get(0);
            if (next == '\n') {
                return line.toString();
            }
            if (line.length() == LONGEST_LINE) {
                throw new ProtocolViolation("a line is too long");
            }
            line.append(next);
        }
        throw new EOFException("closed within a line");
    }

    static void writeLine(ByteStream to, String line) throws IOException {
        to.write(ByteBuffer.wrap(line(line)));
    }

    /** As it is sent. */
    static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
