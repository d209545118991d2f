package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * An immutable string of bytes with the meaning of a value: a key, a nonce, a salt, a signature. Two are compared in a
 * time that does not depend on where they differ, and {@link #toString} shows the length only, since some are secret.
 */
public final class Octets {

    private final byte[] bytes;

    private Octets(byte[] bytes) {
        this.bytes = bytes;
    }

    /** These bytes, copied. */
    public static Octets of(byte[] bytes) {
        return new Octets(bytes.clone());
    }

    /** The bytes, in an array that is the caller's. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many bytes they are. */
    public int length() {
        return bytes.length;
    }

    /** A group of eight as a big-endian number, as the protocol stores them (spec 6.4). */
    long group(int index) {
        return ByteBuffer.wrap(bytes).getLong(index * Long.BYTES);
    }

    /** Appends them at the position of {@code into}. */
    void putInto(ByteBuffer into) {
        into.put(bytes);
    }

    /** The same, if they are as many as a field has. */
    Octets require(int length, String field) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(field + " has " + length + " bytes, not " + bytes.length);
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets octets && MessageDigest.isEqual(bytes, octets.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
