package dev.posthouse.interop.nat.peer;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Deadline;
import dev.posthouse.net.ProtocolViolation;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;

/**
 * Proves that a connection carries bytes both ways, in the form of {@code rdvpeer tries} (interop/peers/rdv, "Framing of
 * the exchange"): each end sends eight bytes of length, random bytes with their SHA-256 behind them, and one byte once the
 * other's have arrived whole. So no close overtakes data, on a relay that knows no half-close either.
 *
 * <p>The calling thread reads, a virtual thread writes; both have ended when {@link #run} returns.
 */
final class SealedExchange {

    /** More would measure the laboratory's links. Bounds what a peer can make us hold, too. */
    static final int MAX_BYTES = 16 << 20;

    private static final int LENGTH = 8;
    private static final int SEAL = 32;
    private static final byte ACKNOWLEDGEMENT = 0x06;

    /** Runs between the two halves of what is sent. */
    @FunctionalInterface
    interface Halfway {
        void run() throws IOException;
    }

    private SealedExchange() {}

    /**
     * Exchanges sealed data and closes {@code stream}.
     *
     * @param bytes to send, 0 to {@link #MAX_BYTES}
     * @param limit for all of it
     * @param halfway called by the writing thread
     * @throws IOException if anything is missing or altered; the stream is then aborted
     * @throws IllegalArgumentException if {@code bytes} is out of bounds
     */
    static void run(ByteStream stream, int bytes, Duration limit, Halfway halfway) throws IOException {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a try sends 0 to " + MAX_BYTES + " bytes, not " + bytes);
        }
        byte[] sealed = sealedRandom(bytes);
        try {
            Deadline.within(stream, limit, "the exchange", () -> {
                both(stream, sealed, halfway);
                return sealed;
            });
            stream.close();
        } catch (IOException e) {
            stream.abort();
            throw e;
        }
    }

    private static void both(ByteStream stream, byte[] sealed, Halfway halfway) throws IOException {
        var writing = new FutureTask<>(() -> {
            write(stream, sealed, halfway);
            return sealed;
        });
        Thread writer = Thread.ofVirtual().name("exchange-writer").start(writing);
        try {
            receive(stream);
            await(writing);
            stream.write(ByteBuffer.wrap(new byte[] {ACKNOWLEDGEMENT}));
            byte answer = read(stream, 1).get();
            if (answer != ACKNOWLEDGEMENT) {
                throw new ProtocolViolation(String.format("acknowledged with 0x%02x instead of 0x06", answer));
            }
        } catch (IOException e) {
            stream.abort();
            writer.interrupt();
            throw e;
        }
    }

    private static void write(ByteStream stream, byte[] sealed, Halfway halfway) throws IOException {
        int half = sealed.length / 2;
        stream.write(ByteBuffer.allocate(LENGTH + half)
                .putLong(sealed.length)
                .put(sealed, 0, half)
                .flip());
        halfway.run();
        stream.write(ByteBuffer.wrap(sealed, half, sealed.length - half));
    }

    private static void await(FutureTask<byte[]> writing) throws IOException {
        try {
            writing.get();
        } catch (ExecutionException e) {
            throw new IOException("sending failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", e);
        }
    }

    private static void receive(ByteStream stream) throws IOException {
        long length = read(stream, LENGTH).getLong();
        if (length < SEAL || length > MAX_BYTES + SEAL) {
            throw new ProtocolViolation(
                    "sealed data has " + SEAL + " to " + (MAX_BYTES + SEAL) + " bytes, not " + length);
        }
        byte[] sealed = read(stream, (int) length).array();
        byte[] inner = Arrays.copyOf(sealed, sealed.length - SEAL);
        byte[] seal = Arrays.copyOfRange(sealed, inner.length, sealed.length);
        if (!Arrays.equals(seal, digest(inner))) {
            throw new ProtocolViolation("the " + inner.length + " bytes that arrived do not match their SHA-256");
        }
    }

    /** Exactly so many, as an array from its first byte on. */
    private static ByteBuffer read(ByteStream stream, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            if (stream.read(into) < 0) {
                throw new EOFException("the peer ended after " + into.position() + " of " + count + " bytes");
            }
        }
        return into.flip();
    }

    private static byte[] sealedRandom(int bytes) {
        byte[] inner = new byte[bytes];
        RandomGenerator.getDefault().nextBytes(inner);
        byte[] sealed = Arrays.copyOf(inner, bytes + SEAL);
        System.arraycopy(digest(inner), 0, sealed, bytes, SEAL);
        return sealed;
    }

    private static byte[] digest(byte[] of) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(of);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
