package dev.posthouse.relay.accept.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.budget.HeldMessage;
import dev.posthouse.net.budget.Holding;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/** Messages in frames (RFC 6455 section 5), for either end. */
final class Frames implements MessageStream {

    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LONGEST_CONTROL = 125;

    private final ByteStream below;
    private final int longest;
    private final HeldMessage held;
    private final boolean masks;
    private final ReentrantLock sending = new ReentrantLock();
    /** Guarded by {@link #sending}. */
    private boolean ended;

    Frames(ByteStream below, int longest, Holding holding, boolean masks) {
        this.below = below;
        this.longest = longest;
        this.held = new HeldMessage(holding);
        this.masks = masks;
    }

    private record Frame(int opcode, boolean last, ByteBuffer payload) {}

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        held.begin();
        ByteBuffer message = ByteBuffer.allocate(0);
        boolean within = false;
        while (true) {
            Frame frame = frame(longest - message.remaining());
            switch (frame.opcode()) {
                case CLOSE -> {
                    shutdownOutput();
                    return Optional.empty();
                }
                case PING -> send(PONG, frame.payload());
                case PONG -> {
                    // nobody asked
                }
                default -> {
                    if (within != (frame.opcode() == CONTINUATION) || frame.opcode() > BINARY) {
                        throw new ProtocolViolation("a frame of kind " + frame.opcode() + " stands out of its place");
                    }
                    within = true;
                    message = ByteBuffer.allocate(
                                    message.remaining() + frame.payload().remaining())
                            .put(message)
                            .put(frame.payload())
                            .flip();
                    if (frame.last()) {
                        return Optional.of(message);
                    }
                }
            }
        }
    }

    private Frame frame(int room) throws IOException {
        ByteBuffer head = read(2);
        int first = head.get() & 0xff;
        int second = head.get() & 0xff;
        int opcode = first & 0x0f;
        boolean last = (first & FIN) != 0;
        if ((first & 0x70) != 0 || (second & MASKED) == 0 != masks) {
            throw new ProtocolViolation("clients mask their frames, servers do not, and nothing was negotiated");
        }
        long length = second & 0x7f;
        if (opcode >= CLOSE && (length > LONGEST_CONTROL || !last || opcode > PONG)) {
            throw new ProtocolViolation("a control frame is whole and short");
        }
        if (length == 126) {
            length = Short.toUnsignedLong(read(2).getShort());
        } else if (length == 127) {
            length = read(8).getLong();
        }
        if (length < 0 || length > (opcode >= CLOSE ? LONGEST_CONTROL : room)) {
            throw new ProtocolViolation("a message has " + longest + " bytes at most");
        }
        ByteBuffer mask = (second & MASKED) == 0 ? ByteBuffer.allocate(4) : read(4);
        held.take(length);
        ByteBuffer payload = read((int) length);
        mask(payload, mask);
        return new Frame(opcode, last, payload);
    }

    private static void mask(ByteBuffer payload, ByteBuffer mask) {
        for (int i = 0; i < payload.limit(); i++) {
            payload.put(i, (byte) (payload.get(i) ^ mask.get(i % 4)));
        }
    }

    private ByteBuffer read(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (below.read(bytes) < 0) {
                throw new EOFException("ended without a close frame");
            }
        }
        return bytes.flip();
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        if (message.remaining() > longest) {
            throw new IllegalArgumentException("a message has " + longest + " bytes at most");
        }
        send(BINARY, message);
    }

    private void send(int opcode, ByteBuffer payload) throws IOException {
        sending.lock();
        try {
            if (ended) {
                throw new IOException("this direction was ended");
            }
            ended = opcode == CLOSE;
            below.write(encoded(opcode, payload));
        } finally {
            sending.unlock();
        }
    }

    private ByteBuffer encoded(int opcode, ByteBuffer payload) {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) (FIN | opcode));
        int flag = masks ? MASKED : 0;
        if (length <= LONGEST_CONTROL) {
            frame.put((byte) (flag | length));
        } else if (length <= 0xffff) {
            frame.put((byte) (flag | 126)).putShort((short) length);
        } else {
            frame.put((byte) (flag | 127)).putLong(length);
        }
        ByteBuffer body = ByteBuffer.allocate(length).put(payload).flip();
        if (masks) {
            ByteBuffer mask = ByteBuffer.allocate(4)
                    .putInt(ThreadLocalRandom.current().nextInt())
                    .flip();
            mask(body, mask);
            frame.put(mask);
        }
        return frame.put(body).flip();
    }

    @Override
    public int longest() {
        return longest;
    }

    @Override
    public void shutdownOutput() throws IOException {
        sending.lock();
        try {
            if (!ended) {
                send(CLOSE, ByteBuffer.allocate(2).putShort((short) 1_000).flip());
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void abort() {
        below.abort();
    }

    @Override
    public void close() throws IOException {
        try {
            shutdownOutput();
        } finally {
            below.close();
        }
    }
}
