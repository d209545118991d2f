package dev.posthouse.offset.channel;

import dev.posthouse.crypto.X25519KeyPair;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/** Random values that were written down, in the order in which they are asked for. */
final class Script implements Randomness {

    private final Queue<byte[]> nonces = new ArrayDeque<>();
    private final Queue<byte[]> keys = new ArrayDeque<>();
    private final Queue<byte[]> salts = new ArrayDeque<>();
    private final Queue<byte[]> paddings = new ArrayDeque<>();

    Script nonce(byte[] nonce) {
        nonces.add(nonce);
        return this;
    }

    /** The next ephemeral pair, and its salt. */
    Script exchange(byte[] scalar, byte[] salt) {
        keys.add(scalar);
        salts.add(salt);
        return this;
    }

    /** The next record's; once there is none left, records have none. */
    Script padding(byte[] padding) {
        paddings.add(padding);
        return this;
    }

    @Override
    public synchronized byte[] nonce() {
        return nonces.remove();
    }

    @Override
    public synchronized X25519KeyPair agreementKey() {
        return X25519KeyPair.ofScalar(keys.remove());
    }

    @Override
    public synchronized byte[] salt() {
        return salts.remove();
    }

    @Override
    public synchronized ByteBuffer padding() {
        return ByteBuffer.wrap(paddings.isEmpty() ? new byte[0] : paddings.remove());
    }
}
