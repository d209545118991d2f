package dev.posthouse.offset.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads packed words (see {@link Packing}) piece by piece. A run may cross the border between two pieces: the original never
 * writes that, others may. It allocates nothing, and never writes past the piece that it was asked for.
 */
final class Unpacker {

    private final ByteBuffer packed;
    private int zeros;
    private int raws;

    /** @param packed its position moves over what is read */
    Unpacker(ByteBuffer packed) {
        this.packed = packed.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads {@code into.length} bytes.
     *
     * @param into all zero; its length is a multiple of 8
     * @throws BufferUnderflowException if the packed bytes end before
     */
    void read(byte[] into) {
        int at = 0;
        while (at < into.length) {
            int wordsLeft = (into.length - at) / Long.BYTES;
            if (zeros > 0) {
                int words = Math.min(zeros, wordsLeft);
                zeros -= words;
                at += words * Long.BYTES;
            } else if (raws > 0) {
                int words = Math.min(raws, wordsLeft);
                raws -= words;
                packed.get(into, at, words * Long.BYTES);
                at += words * Long.BYTES;
            } else {
                readWord(into, at);
                at += Long.BYTES;
            }
        }
    }

    private void readWord(byte[] into, int at) {
        byte tag = packed.get();
        if (tag == Packing.ZERO_RUN) {
            zeros = packed.get() & 0xff;
        } else if (tag == Packing.RAW_RUN) {
            Packing.WORD.set(into, at, packed.getLong());
            raws = packed.get() & 0xff;
        } else if (packed.remaining() >= Long.BYTES) {
            long mask = Packing.mask(tag);
            Packing.WORD.set(into, at, Long.expand(packed.getLong(packed.position()), mask));
            packed.position(packed.position() + Integer.bitCount(tag & 0xff));
        } else {
            for (int bit = 0; bit < Long.BYTES; bit++) {
                if (((tag >>> bit) & 1) != 0) {
                    into[at + bit] = packed.get();
                }
            }
        }
    }
}
