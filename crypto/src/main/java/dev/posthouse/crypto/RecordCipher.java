package dev.posthouse.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals or opens the records of one direction of a channel: ChaCha20-Poly1305 (RFC 8439) with empty associated data. A
 * record is {@code nonce (12) || ciphertext || tag (16)}; its nonce is the number of records before it under the same key,
 * 96 bits little-endian, so that a record which is lost, repeated or out of order does not open.
 *
 * <p>One instance is used to seal only or to open only. Not thread-safe. Between records it keeps its key and counter and
 * nothing else.
 */
public final class RecordCipher {

    /** How much longer a record is than what it carries. */
    public static final int OVERHEAD = 28;

    private static final int KEY_LENGTH = 32;
    private static final int NONCE_LENGTH = 12;

    private final SecretKeySpec key;

    /** The nonce of the next record. */
    private final byte[] counter;

    private RecordCipher(byte[] key, byte[] counter) {
        this.key = new SecretKeySpec(key, "ChaCha20");
        this.counter = counter;
    }

    /**
     * A cipher that begins with nonce 0.
     *
     * @throws IllegalArgumentException unless the key has 32 bytes
     */
    public static RecordCipher ofKey(byte[] key) {
        return ofKey(key, new byte[NONCE_LENGTH]);
    }

    /** A cipher that begins with another nonce than 0. */
    static RecordCipher ofKey(byte[] key, byte[] startCounter) {
        if (key.length != KEY_LENGTH || startCounter.length != NONCE_LENGTH) {
            throw new IllegalArgumentException("a record key has " + KEY_LENGTH + " bytes, not " + key.length);
        }
        return new RecordCipher(key, startCounter.clone());
    }

    /**
     * Seals the next record.
     *
     * @param plain what remains of it is sealed, and consumed
     * @param into takes the record, which is {@link #OVERHEAD} longer; shares no bytes with {@code plain}
     * @return bytes written
     * @throws IllegalArgumentException if {@code into} has too little room; nothing has changed then
     */
    public int seal(ByteBuffer plain, ByteBuffer into) {
        int length = Math.addExact(plain.remaining(), OVERHEAD);
        requireRoom(into, length);
        into.put(counter);
        Jdk.sure(() -> cipher(Cipher.ENCRYPT_MODE).doFinal(plain, into));
        advance();
        return length;
    }

    /**
     * Opens a record if it is the next one. If it is not, whatever it is, nothing has changed: neither the counter nor a
     * position, so that another cipher can try the same record.
     *
     * @param record what remains of it is one record; consumed if it opens
     * @param into takes what it carries, {@link #OVERHEAD} less; shares no bytes with {@code record}
     * @return whether it opened
     * @throws IllegalArgumentException if {@code into} has less room than the record could carry; nothing has changed then
     */
    public boolean open(ByteBuffer record, ByteBuffer into) {
        int length = record.remaining() - OVERHEAD;
        if (length < 0) {
            return false;
        }
        requireRoom(into, length);
        ByteBuffer nonce = record.slice(record.position(), NONCE_LENGTH);
        if (!nonce.equals(ByteBuffer.wrap(counter))) {
            return false;
        }
        int start = into.position();
        ByteBuffer sealed = record.slice(record.position() + NONCE_LENGTH, record.remaining() - NONCE_LENGTH);
        try {
            cipher(Cipher.DECRYPT_MODE).doFinal(sealed, into);
        } catch (AEADBadTagException e) {
            into.position(start);
            return false;
        } catch (GeneralSecurityException e) {
            throw Jdk.missing(e);
        }
        record.position(record.limit());
        advance();
        return true;
    }

    private static void requireRoom(ByteBuffer into, int length) {
        if (into.remaining() < length) {
            throw new IllegalArgumentException(
                    "give a buffer with room for " + length + " bytes, not " + into.remaining());
        }
    }

    /**
     * A new one each time: that takes under a microsecond of the six that 16 KiB do, and to keep it would keep 2 KB in place
     * of the 130 bytes that one of us is, for each direction of a channel that mostly idles.
     */
    private Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(mode, key, new IvParameterSpec(counter));
        return cipher;
    }

    private void advance() {
        for (int i = 0; i < NONCE_LENGTH && ++counter[i] == 0; i++) {
            // the carry goes on to the next byte
        }
    }
}
