package dev.posthouse.offset.wire;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.budget.HeldMessage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Frames over a stream of bytes: a big-endian length, which does not count itself, then so many bytes; none are legal too (spec
 * 2). The stream is this object's from the start.
 *
 * <p>A frame goes out in one write. What comes in is read as far as one frame goes and not a byte further, so that between two
 * frames nothing is held but the header.
 *
 * <p><b>The end.</b> {@link #close} is carried out by {@link FrameEnd}, in the background and for two seconds at most; {@link
 * #awaitEnd} waits for it. A program that ends before loses what the peer has not received yet.
 */
public final class FrameStream implements MessageStream {

    /**
     * The longest frame that there is a reason for: 1 MiB of payload, which was the bound on a frame up to release 0.1.2, twice 64
     * KiB of padding where a channel runs within a channel (spec 4.6), and 128 KiB for what packing adds to it.
     */
    public static final int DEFAULT_LONGEST = 1_024 * 1_024 + 256 * 1_024;

    /** The longest frame of release 0.1.2 and before. */
    public static final int LEGACY_LONGEST = 1_024 * 1_024;

    /**
     * What a message costs for each byte of its frame: the frame, what is unpacked from it, and the frame in which it goes on. What
     * it takes beyond that, because it was packed well, whoever unpacks it has to take.
     */
    private static final int COPIES = 3;

    /** What is allocated for a frame before any of it has come. From here on there is at most four times of what came. */
    private static final int FIRST = 64 * 1_024;

    private static final int GROWTH = 4;

    /** How a length is written. */
    public enum LengthPrefix {
        /** 8 bytes: since release 0.1.3. */
        U64(Long.BYTES),
        /** 4 bytes: up to release 0.1.2. */
        U32(Integer.BYTES);

        private final int bytes;

        LengthPrefix(int bytes) {
            this.bytes = bytes;
        }

        /** The bytes of a length. */
        public int bytes() {
            return bytes;
        }

        private void put(ByteBuffer into, int length) {
            switch (this) {
                case U64 -> into.putLong(length);
                case U32 -> into.putInt(length);
            }
        }

        /** As an unsigned number of 64 bits. */
        private long get(ByteBuffer from) {
            return switch (this) {
                case U64 -> from.getLong(0);
                case U32 -> Integer.toUnsignedLong(from.getInt(0));
            };
        }
    }

    private final ByteStream stream;
    private final LengthPrefix prefix;
    private final int longestSent;
    private final HeldMessage held;
    private final FrameEnd end;

    /** Held for one write. */
    private final ReentrantLock sending = new ReentrantLock();

    /** The reader's. */
    private final ByteBuffer header;

    private int longest;

    /**
     * Frames over {@code stream}.
     *
     * @param stream taken over: nobody else reads, writes or closes it from now on. A bound on its reads is taken off: one that
     *     passed within a frame would lose the place. Whoever is tired of waiting aborts
     * @param longest the most bytes that a frame may have, in either direction; {@link #DEFAULT_LONGEST} if nothing speaks for
     *     another
     * @throws IllegalArgumentException if {@code longest} is less than 4, which a version needs
     */
    public FrameStream(ByteStream stream, LengthPrefix prefix, int longest) {
        this(stream, prefix, longest, longest);
    }

    /**
     * Frames over {@code stream}, with another bound for what is sent: a relay passes on what it took, in frames that may be a
     * little longer than those that it came in.
     *
     * @param longest the most bytes that a frame from the peer may have
     * @param longestSent the most bytes that a frame to the peer may have
     */
    public FrameStream(ByteStream stream, LengthPrefix prefix, int longest, int longestSent) {
        this(stream, prefix, longest, longestSent, HeldMessage.uncounted());
    }

    /**
     * The same, with what is held for a message counted: before a frame's first byte is read, until the next one is asked for.
     *
     * @param held this object's and its reader's
     */
    public FrameStream(ByteStream stream, LengthPrefix prefix, int longest, int longestSent, HeldMessage held) {
        if (longest < Integer.BYTES || longest > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("a frame has from 4 bytes to 2^31 - 9, not " + longest);
        }
        this.stream = stream;
        this.prefix = prefix;
        this.longest = longest;
        this.longestSent = longestSent;
        this.held = held;
        this.end = new FrameEnd(stream, sending);
        this.header = ByteBuffer.allocate(prefix.bytes);
        stream.readTimeout(Duration.ZERO);
    }

    /**
     * Takes longer frames from now on: of a peer that has proved who it is. To be called by the reader, between two frames.
     *
     * @param most the most bytes that a frame from the peer may have
     */
    public void raiseLongest(int most) {
        longest = Math.max(longest, most);
    }

    @Override
    public Optional<ByteBuffer> receive() throws IOException {
        end.beginReading();
        try {
            held.begin();
            if (!fill(header.clear(), true)) {
                return Optional.empty();
            }
            long length = prefix.get(header);
            if (length < 0 || length > longest) {
                throw new ProtocolViolation(
                        "a frame has at most " + longest + " bytes, not " + Long.toUnsignedString(length));
            }
            held.take(COPIES * length);
            ByteBuffer frame = ByteBuffer.allocate((int) Math.min(length, FIRST));
            fill(frame, false);
            while (frame.capacity() < length) {
                int more = (int) Math.min(length, (long) frame.capacity() * GROWTH);
                frame = ByteBuffer.wrap(Arrays.copyOf(frame.array(), more)).position(frame.position());
                fill(frame, false);
            }
            return Optional.of(frame.flip());
        } finally {
            end.endReading();
        }
    }

    /**
     * Reads until {@code into} is full.
     *
     * @return false if the stream ended before the first byte, where it may
     */
    private boolean fill(ByteBuffer into, boolean mayEnd) throws IOException {
        while (into.hasRemaining()) {
            int count = stream.read(into);
            if (end.isClosing()) {
                throw new AsynchronousCloseException();
            }
            if (count < 0) {
                if (mayEnd && into.position() == 0) {
                    return false;
                }
                throw new EOFException("the stream ended within a frame");
            }
        }
        return true;
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        int length = message.remaining();
        if (length > longestSent) {
            throw new IllegalArgumentException("a frame has at most " + longestSent + " bytes, not " + length);
        }
        try {
            sending.lockInterruptibly();
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        try {
            end.requireOpen();
            ByteBuffer frame = ByteBuffer.allocate(prefix.bytes + length);
            prefix.put(frame, length);
            stream.write(frame.put(message).flip());
        } finally {
            sending.unlock();
        }
    }

    @Override
    public OptionalLong lastTaken() {
        return stream.lastTaken();
    }

    @Override
    public int longest() {
        return longestSent;
    }

    @Override
    public void shutdownOutput() throws IOException {
        sending.lock();
        try {
            end.requireOpen();
            stream.shutdownOutput();
        } finally {
            sending.unlock();
        }
    }

    /** {@inheritDoc} A receive that is blocked now ends when the peer ends its direction too, or after two seconds. */
    @Override
    public void close() {
        end.begin();
    }

    /**
     * Waits until what {@link #close} began is over: the peer has ended its direction too, or two seconds have passed, or the
     * stream broke. Waits for {@code close} as well; returns at once after {@link #abort}.
     *
     * @throws InterruptedException if the thread is interrupted; the end goes on
     */
    public void awaitEnd() throws InterruptedException {
        end.await();
    }

    @Override
    public void abort() {
        end.abort();
    }

    @Override
    public String toString() {
        return "frames over " + stream;
    }
}
