package dev.posthouse.interop.live;

import dev.posthouse.net.ByteStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Two rdv peers that have met and said CONTINUE: everything else goes through the relay, byte for byte.
 *
 * @param dialer is closed with the pair
 * @param acceptor too
 */
public record RdvPair(ByteStream dialer, ByteStream acceptor) implements AutoCloseable {

    private static final String HEAD_END = "\r\n\r\n";

    /** More than any head that a relay sends. */
    private static final int LONGEST_HEAD = 16 * 1024;

    /**
     * A stock client's request.
     *
     * @param headers further lines, each with its end
     */
    public static String request(String method, String token, String... headers) {
        return method + " /" + token + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\n"
                + String.join("", headers) + "Rdv-Self-Addrs: 127.0.0.1:9\r\nUpgrade: rdv/1" + HEAD_END;
    }

    /** Two connections of one address meet, the acceptor first. */
    public static RdvPair meet(ByteStream dialer, ByteStream acceptor, String token, String... headers)
            throws IOException {
        var pair = new RdvPair(dialer, acceptor);
        try {
            write(acceptor, request("ACCEPT", token, headers));
            write(dialer, request("DIAL", token, headers));
            pair.greeted();
            pair.goOn();
            return pair;
        } catch (IOException e) {
            pair.close();
            throw e;
        }
    }

    /** Reads both answers of the relay. */
    public void greeted() throws IOException {
        accepted(dialer);
        accepted(acceptor);
    }

    /** The dialer takes the relay, and the acceptor hears of it. */
    public void goOn() throws IOException {
        write(dialer, "CONTINUE\n");
        String line = readUntil(acceptor, "\n");
        if (!line.equals("CONTINUE\n")) {
            throw new IOException("no CONTINUE but " + line);
        }
    }

    private static void accepted(ByteStream from) throws IOException {
        String head = readHead(from);
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new IOException("refused: " + head);
        }
    }

    /**
     * The head of an answer.
     *
     * @throws EOFException if the relay closes before its end
     */
    public static String readHead(ByteStream from) throws IOException {
        return readUntil(from, HEAD_END);
    }

    /** A byte at a time, since what stands behind it is the caller's. */
    private static String readUntil(ByteStream from, String end) throws IOException {
        var text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (text.indexOf(end, text.length() - end.length()) < 0) {
            if (text.length() >= LONGEST_HEAD) {
                throw new IOException("no end in " + LONGEST_HEAD + " bytes");
            }
            if (from.read(one.clear()) < 0) {
                throw new EOFException("the relay closed" + (text.isEmpty() ? "" : " behind " + text));
            }
            text.append((char) (one.get(0) & 0xff));
        }
        return text.toString();
    }

    /** Writes all of it. */
    public static void write(WritableByteChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Writes text, each character one byte. */
    public static void write(WritableByteChannel to, String text) throws IOException {
        write(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Resets both. */
    public void abort() {
        dialer.abort();
        acceptor.abort();
    }

    @Override
    public void close() throws IOException {
        try {
            dialer.close();
        } finally {
            acceptor.close();
        }
    }
}
