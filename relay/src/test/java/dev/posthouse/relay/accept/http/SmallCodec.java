package dev.posthouse.relay.accept.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.StreamKind;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.websocket.WebSocketCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The frames of RFC 6455 section 5, as small as they can be and still be right. */
public final class SmallCodec implements WebSocketCodec {

    private static final int LONGEST_CHUNK = 16 * 1_024;

    /** The other end: masks what it sends. */
    public static MessageStream client(ByteStream below, int longest) {
        return new Frames(below, longest, Holding.uncounted(), true);
    }

    @Override
    public MessageStream messages(ByteStream below, int longest, Holding holding) {
        return new Frames(below, longest, holding, false);
    }

    @Override
    public ByteStream bytes(ByteStream below) {
        return new Carried(below, new Frames(below, LONGEST_CHUNK, Holding.uncounted(), false));
    }

    /** What messages carry, one behind the other. */
    private static final class Carried extends DelegatingStream {
        private final Frames frames;
        private ByteBuffer current = ByteBuffer.allocate(0);

        Carried(ByteStream below, Frames frames) {
            super(below);
            this.frames = frames;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            while (!current.hasRemaining()) {
                Optional<ByteBuffer> next = frames.receive();
                if (next.isEmpty()) {
                    return -1;
                }
                current = next.get();
            }
            int count = Math.min(current.remaining(), into.remaining());
            into.put(current.slice(current.position(), count));
            current.position(current.position() + count);
            return count;
        }

        @Override
        public int read(ByteBuffer first, ByteBuffer second) throws IOException {
            return read(first.hasRemaining() ? first : second);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int count = from.remaining();
            while (from.hasRemaining()) {
                ByteBuffer chunk = from.slice(from.position(), Math.min(from.remaining(), LONGEST_CHUNK));
                from.position(from.position() + chunk.remaining());
                frames.send(chunk);
            }
            return count;
        }

        @Override
        public void write(ByteBuffer head, ByteBuffer body) throws IOException {
            write(head);
            write(body);
        }

        @Override
        public void shutdownOutput() throws IOException {
            frames.shutdownOutput();
        }

        @Override
        public boolean carriesHalfClose() {
            return false;
        }

        @Override
        public void close() throws IOException {
            frames.close();
        }

        @Override
        public StreamKind kind() {
            return StreamKind.OTHER;
        }
    }
}
