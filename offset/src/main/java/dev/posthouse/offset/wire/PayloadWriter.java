package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;

/**
 * Writes a message that carries a payload, word by word, and packs the payload right out of the caller's buffer. The runtime
 * would have it copied into a segment first, which costs as much as packing; what stands around it is five words.
 */
final class PayloadWriter {

    /** The table, two fields, and what is before and between them. */
    private static final int MAX_PIECES = 5;

    private final byte[] packed;
    private int at;

    /**
     * Begins a message of one segment.
     *
     * @param words all that it takes
     */
    PayloadWriter(int words) {
        packed = new byte[Packing.room(Math.multiplyExact(1 + words, Long.BYTES), MAX_PIECES)];
        words((long) words << Integer.SIZE);
    }

    /** A pointer to a struct that begins {@code offset} words behind it. */
    static long struct(int offset, Struct.Shape shape) {
        return ((long) offset << 2)
                | ((long) shape.structSize().data << 32)
                | ((long) shape.structSize().pointers << 48);
    }

    /** A pointer to bytes that begin {@code offset} words behind it. */
    static long data(int offset, ByteBuffer bytes) {
        return ((long) offset << 2) | 1 | (2L << 32) | ((long) bytes.remaining() << 35);
    }

    /** Appends words. */
    PayloadWriter words(long... words) {
        byte[] bytes = new byte[words.length * Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            Packing.WORD.set(bytes, i * Long.BYTES, words[i]);
        }
        at = Packing.pack(bytes, 0, bytes.length, packed, at);
        return this;
    }

    /** Appends the bytes of a field, filled up with zeros to a word; the position stays. */
    PayloadWriter bytes(ByteBuffer data) {
        if (data.hasArray()) {
            int from = data.arrayOffset() + data.position();
            at = Packing.pack(data.array(), from, from + data.remaining(), packed, at);
        } else {
            byte[] copy = new byte[data.remaining()];
            data.get(data.position(), copy);
            at = Packing.pack(copy, 0, copy.length, packed, at);
        }
        return this;
    }

    /** The message. */
    ByteBuffer message() {
        return ByteBuffer.wrap(packed, 0, at);
    }
}
