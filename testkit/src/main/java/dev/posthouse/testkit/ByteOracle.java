package dev.posthouse.testkit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An endless sequence of bytes that follows from a seed: a {@link Source} gives it out, a {@link Sink} checks what
 * arrives against it byte by byte, so that a lost, doubled, swapped or foreign byte is found where it happens and
 * nothing has to be kept in memory.
 *
 * <p>Immutable; any number of sources and sinks may come from one oracle.
 */
public final class ByteOracle {

    private final long seed;

    private ByteOracle(long seed) {
        this.seed = seed;
    }

    /** The sequence of this seed. */
    public static ByteOracle of(long seed) {
        return new ByteOracle(seed);
    }

    /** What {@link #of} takes to get this sequence again. */
    public long seed() {
        return seed;
    }

    /** The byte at {@code offset}, which is 0 or more. */
    public byte at(long offset) {
        return (byte) (word(offset >>> 3) >>> ((offset & 7) << 3));
    }

    /** {@code count} bytes from {@code offset} on. */
    public byte[] bytes(long offset, int count) {
        byte[] bytes = new byte[count];
        fill(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Fills {@code into} up to its limit with the bytes from {@code offset} on. */
    public void fill(long offset, ByteBuffer into) {
        long at = offset;
        while (into.hasRemaining()) {
            long word = word(at >>> 3) >>> ((at & 7) << 3);
            for (int left = 8 - (int) (at & 7); left > 0 && into.hasRemaining(); left--, at++, word >>>= 8) {
                into.put((byte) word);
            }
        }
    }

    /** The SHA-256 of the first {@code count} bytes, in lower-case hex. */
    public String sha256(long count) {
        MessageDigest digest = newSha256();
        ByteBuffer chunk = ByteBuffer.allocate(8192);
        for (long at = 0; at < count; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), count - at));
            fill(at, chunk);
            at += chunk.flip().remaining();
            digest.update(chunk);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Gives out the first {@code total} bytes. */
    public Source source(long total) {
        return new Source(total);
    }

    /** Checks bytes from the beginning on. */
    public Sink sink() {
        return new Sink();
    }

    /** SplitMix64 at a position: every eight bytes follow from their place alone. */
    private long word(long index) {
        long z = seed + (index + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Gives the sequence out. For one thread at a time. */
    public final class Source {

        private final long total;
        private long position;

        private Source(long total) {
            this.total = total;
        }

        /** Puts as much as there is room for and is left; the limit of {@code into} stays. */
        public int fill(ByteBuffer into) {
            int count = (int) Math.min(into.remaining(), total - position);
            int limit = into.limit();
            into.limit(into.position() + count);
            ByteOracle.this.fill(position, into);
            into.limit(limit);
            position += count;
            return count;
        }

        /** The next bytes, at most {@code count}; fewer at the end. */
        public byte[] next(int count) {
            byte[] bytes = bytes(position, (int) Math.min(count, total - position));
            position += bytes.length;
            return bytes;
        }

        /** Bytes given out so far. */
        public long position() {
            return position;
        }

        /** Whether any are left. */
        public boolean hasRemaining() {
            return position < total;
        }
    }

    /** Checks what arrives. For one thread at a time; {@link #count()} from any. */
    public final class Sink {

        private final MessageDigest digest = newSha256();
        private volatile long count;

        private Sink() {}

        /**
         * Takes what is between position and limit; position is at the limit afterwards.
         *
         * @throws AssertionError at the first byte that is not the one of the sequence, naming its offset and the seed
         */
        public void accept(ByteBuffer bytes) {
            digest.update(bytes.duplicate());
            long at = count;
            while (bytes.hasRemaining()) {
                byte got = bytes.get();
                byte expected = at(at);
                if (got != expected) {
                    throw new AssertionError(
                            "byte %d is 0x%02x, not 0x%02x (seed %d)".formatted(at, got, expected, seed));
                }
                at++;
            }
            count = at;
        }

        /** The same for a whole array. */
        public void accept(byte[] bytes) {
            accept(ByteBuffer.wrap(bytes));
        }

        /** Bytes taken so far, all of them right. */
        public long count() {
            return count;
        }

        /** The SHA-256 of what was taken, in lower-case hex. */
        public String sha256() {
            try {
                return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the platform's SHA-256 can be cloned", e);
            }
        }

        /** @throws AssertionError if not exactly the first {@code total} bytes were taken */
        public void assertExactly(long total) {
            if (count != total) {
                throw new AssertionError("%d bytes arrived, not %d (seed %d)".formatted(count, total, seed));
            }
        }

        /** @throws AssertionError if more than the first {@code sent} bytes were taken */
        public void assertPrefixOf(long sent) {
            if (count > sent) {
                throw new AssertionError(
                        "%d bytes arrived, but only %d were sent (seed %d)".formatted(count, sent, seed));
            }
        }
    }
}
