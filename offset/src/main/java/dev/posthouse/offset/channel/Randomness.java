package dev.posthouse.offset.channel;

import dev.posthouse.crypto.X25519KeyPair;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/** Where a channel's random values come from; tests that replay recorded bytes bring their own. Any thread. */
interface Randomness {

    /** The 16 bytes that the peer has to sign. */
    byte[] nonce();

    /** A fresh pair for one handshake or rekey. */
    X25519KeyPair agreementKey();

    /** The 32 bytes that tell our sending key apart. */
    byte[] salt();

    /** The padding of one record. */
    ByteBuffer padding();

    /**
     * The system's.
     *
     * @param mostPadding bytes of padding at most; all lengths up to it are equally likely
     */
    static Randomness secure(int mostPadding) {
        return new Secure(mostPadding);
    }

    /** Keys from a secure generator; padding, which is encrypted with the rest and hides a length only, from a fast one. */
    record Secure(int mostPadding) implements Randomness {

        /** One for all: it is thread-safe, and a channel that waits holds what it has. */
        private static final SecureRandom SYSTEM = new SecureRandom();

        private static final int NONCE = 16;
        private static final int SALT = 32;

        @Override
        public byte[] nonce() {
            return bytes(NONCE);
        }

        @Override
        public X25519KeyPair agreementKey() {
            return X25519KeyPair.generate();
        }

        @Override
        public byte[] salt() {
            return bytes(SALT);
        }

        private byte[] bytes(int count) {
            byte[] bytes = new byte[count];
            SYSTEM.nextBytes(bytes);
            return bytes;
        }

        @Override
        public ByteBuffer padding() {
            ThreadLocalRandom fast = ThreadLocalRandom.current();
            byte[] bytes = new byte[fast.nextInt(mostPadding + 1)];
            fast.nextBytes(bytes);
            return ByteBuffer.wrap(bytes);
        }
    }
}
