package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Bytes as the tests of this package write them down. */
final class Bytes {

    private Bytes() {}

    static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** {@code length} bytes of which each follows from its place. */
    static byte[] pattern(int length, int factor, int start) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (factor * i + start);
        }
        return bytes;
    }

    static Octets octets(int length, int start) {
        return Octets.of(pattern(length, 1, start));
    }

    /** A message of one segment, from its words. */
    static ByteBuffer message(long... words) {
        return message(words(words));
    }

    /** A segment. */
    static byte[] words(long... words) {
        byte[] segment = new byte[words.length * Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            Packing.WORD.set(segment, i * Long.BYTES, words[i]);
        }
        return segment;
    }

    /** A message of such segments, packed as the original does it: the first word, the rest of the table, each segment. */
    static ByteBuffer message(byte[]... segments) {
        byte[] table = new byte[(segments.length / 2 + 1) * Long.BYTES];
        ByteBuffer sizes = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        sizes.putInt(segments.length - 1);
        int room = Packing.room(table.length, 2);
        for (byte[] segment : segments) {
            sizes.putInt(segment.length / Long.BYTES);
            room += Packing.room(segment.length, 1);
        }
        byte[] packed = new byte[room];
        int end = Packing.pack(table, 0, Long.BYTES, packed, 0);
        end = Packing.pack(table, Long.BYTES, table.length, packed, end);
        for (byte[] segment : segments) {
            end = Packing.pack(segment, 0, segment.length, packed, end);
        }
        return ByteBuffer.wrap(packed, 0, end);
    }

    /** A pointer to a struct. */
    static long struct(int offset, int data, int pointers) {
        return Integer.toUnsignedLong(offset << 2) | ((long) data << 32) | ((long) pointers << 48);
    }

    /** A pointer to bytes. */
    static long data(int offset, int length) {
        return Integer.toUnsignedLong(offset << 2) | 1 | (2L << 32) | ((long) length << 35);
    }

    /** A pointer to a landing pad in another segment. */
    static long far(int segment, int word, boolean twice) {
        return Integer.toUnsignedLong(word << 3) | 2 | (twice ? 4 : 0) | ((long) segment << 32);
    }
}
