package dev.posthouse.offset.channel;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;

/** Two secure channels over a pair in memory, which must hold the 200 bytes of a hello: both sides say theirs first. */
record ChannelPair(SecureChannel left, SecureChannel right, ByteStream leftStream, ByteStream rightStream)
        implements AutoCloseable {

    static final Ed25519KeyPair LEFT = Ed25519KeyPair.generate();
    static final Ed25519KeyPair RIGHT = Ed25519KeyPair.generate();

    static ChannelPair create() throws IOException {
        return create(ChannelSettings.DEFAULT, Link.DEFAULT);
    }

    static ChannelPair create(ChannelSettings settings, Link link) throws IOException {
        MemoryPair pair = MemoryPair.create(link);
        var other = Background.start(
                () -> SecureChannel.establish(frames(pair.right()), RIGHT, Optional.of(LEFT.publicKey()), settings));
        SecureChannel left =
                SecureChannel.establish(frames(pair.left()), LEFT, Optional.of(RIGHT.publicKey()), settings);
        return new ChannelPair(left, other.result(), pair.left(), pair.right());
    }

    /** Two ends without channels. */
    record Ends(FrameStream left, FrameStream right) {
        static Ends create() {
            MemoryPair pair = MemoryPair.create();
            return new Ends(frames(pair.left()), frames(pair.right()));
        }
    }

    /** Bytes that packing makes no shorter. */
    static ByteBuffer noise(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    static FrameStream frames(ByteStream stream) {
        return new FrameStream(stream, LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(Optional<ByteBuffer> message) {
        return StandardCharsets.UTF_8.decode(message.orElseThrow()).toString();
    }

    @Override
    public void close() {
        left.abort();
        right.abort();
    }
}
