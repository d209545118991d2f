package dev.posthouse.offset.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Cap'n Proto's packing, word by word: a tag byte, whose bit i says that byte i of the word is not zero, and these bytes. A
 * tag of 00 is followed by a count of further zero words, a tag of FF, behind its word, by a count of further words that stand
 * there as they are. Here is the writer; {@link Unpacker} reads.
 *
 * <p>The runtime's own streams look at each byte by itself, so that packing takes them about three times as long, and its reader
 * never returns where the packed bytes end too early (0.1.16).
 */
final class Packing {

    static final byte ZERO_RUN = 0;
    static final byte RAW_RUN = (byte) 0xff;

    /** The most words that a run's count says. */
    static final int LONGEST_RUN = 255;

    /** What one packed byte can become: a zero run is two bytes for 256 words. */
    static final int MOST_FROM_A_BYTE = (1 + LONGEST_RUN) * Long.BYTES / 2;

    /** Reads and writes a word of an array at any place. */
    static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** The lowest bit of every byte. */
    private static final long LOW_BITS = 0x0101010101010101L;

    /** Multiplied with some of {@link #LOW_BITS}, it moves them into the highest byte, in order. */
    private static final long GATHER = 0x0102040810204080L;

    private Packing() {}

    /**
     * How long an array must be for {@link #pack} to fill it with so many bytes in so many pieces: at worst every second word
     * starts a raw run of nothing, which is 17 bytes for 16; the end of a piece may add two; and the last write is a whole word.
     */
    static int room(int bytes, int pieces) {
        return Math.addExact(bytes, bytes / 16 + 2 * pieces + Long.BYTES);
    }

    /**
     * Packs the words between {@code from} and {@code to}, as the original does it (spec 6.1): its writer and this one give the
     * same bytes for the same words.
     *
     * @param to behind {@code from}; if the last word is not whole, it is filled up with zeros
     * @param at where the packed bytes go in {@code out}
     * @return the place behind them
     */
    static int pack(byte[] words, int from, int to, byte[] out, int at) {
        int in = from;
        int next = at;
        while (in < to) {
            long word = word(words, in, to);
            in += Long.BYTES;
            long present = present(word);
            byte tag = (byte) ((present * GATHER) >>> 56);
            out[next++] = tag;
            int start = in;
            int end = Math.min(to, start + LONGEST_RUN * Long.BYTES);
            if (tag == ZERO_RUN) {
                while (in < end && word(words, in, to) == 0) {
                    in += Long.BYTES;
                }
                out[next++] = (byte) ((in - start) / Long.BYTES);
            } else if (tag == RAW_RUN) {
                WORD.set(out, next, word);
                next += Long.BYTES;
                // One zero byte costs as much as the tag that would leave it out.
                while (in < end && Long.bitCount(present(word(words, in, to))) >= Long.BYTES - 1) {
                    in += Long.BYTES;
                }
                out[next++] = (byte) ((in - start) / Long.BYTES);
                int there = Math.min(in, to) - start;
                if (there > 0) {
                    System.arraycopy(words, start, out, next, there);
                    Arrays.fill(out, next + there, next + in - start, (byte) 0);
                    next += in - start;
                }
            } else {
                WORD.set(out, next, Long.compress(word, present * 0xff));
                next += Long.bitCount(present);
            }
        }
        return next;
    }

    private static long word(byte[] words, int in, int to) {
        if (in + Long.BYTES <= to) {
            return (long) WORD.get(words, in);
        }
        byte[] last = new byte[Long.BYTES];
        System.arraycopy(words, in, last, 0, to - in);
        return (long) WORD.get(last, 0);
    }

    /** The bytes that a tag says are present, as a mask over the word. */
    static long mask(byte tag) {
        return Long.expand(tag & 0xff, LOW_BITS) * 0xff;
    }

    /** The lowest bit of each byte that is not zero. */
    private static long present(long word) {
        long folded = word | (word >>> 4);
        folded |= folded >>> 2;
        folded |= folded >>> 1;
        return folded & LOW_BITS;
    }
}
