package dev.posthouse.bench.contestant;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One client's connection to an rdv server up to the first byte of the circuit: enough of the protocol for a load, with
 * no candidates and no direct connections. The head of the answer and the command line behind it may come in one segment
 * or in many. One thread.
 */
final class RdvEnd {
    /** The answers of both servers are below 400 bytes. */
    private static final int HEAD_LIMIT = 4096;

    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTINUE = "CONTINUE\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final ByteBuffer unread = ByteBuffer.allocate(HEAD_LIMIT).flip();

    /** @param channel blocking, connected to the server */
    RdvEnd(SocketChannel channel) {
        this.channel = channel;
    }

    /** @param method {@code DIAL} or {@code ACCEPT} */
    void request(String method, String token, InetSocketAddress server) throws IOException {
        String head = method + " /" + token + " HTTP/1.1\r\nHost: "
                + server.getAddress().getHostAddress() + ":" + server.getPort()
                + "\r\nConnection: upgrade\r\nRdv-Self-Addrs: \r\nUpgrade: rdv/1\r\n\r\n";
        send(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** Waits for the 101, and leaves what follows it unread. */
    void awaitSwitch() throws IOException {
        String head = new String(readThrough(END_OF_HEAD), StandardCharsets.US_ASCII);
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(
                    "the rdv server refused: " + head.lines().findFirst().orElse(head));
        }
    }

    /** The dialer's choice of the relay. */
    void sendContinue() throws IOException {
        send(CONTINUE);
    }

    /** The acceptor's notice of that choice. */
    void awaitContinue() throws IOException {
        byte[] line = readThrough(new byte[] {'\n'});
        if (!Arrays.equals(line, CONTINUE)) {
            throw new IOException(
                    "the rdv server sent instead of CONTINUE: " + new String(line, StandardCharsets.US_ASCII).strip());
        }
    }

    void sendByte() throws IOException {
        send(new byte[] {1});
    }

    void awaitByte() throws IOException {
        if (!unread.hasRemaining()) {
            fill();
        }
        unread.get();
    }

    /** The connection, when the circuit is there. */
    SocketChannel circuit() throws IOException {
        if (unread.hasRemaining()) {
            throw new IOException("the rdv server sent " + unread.remaining() + " bytes that nobody sent");
        }
        return channel;
    }

    private void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private byte[] readThrough(byte[] end) throws IOException {
        int scanned = unread.position();
        while (true) {
            for (; scanned + end.length <= unread.limit(); scanned++) {
                if (matches(scanned, end)) {
                    byte[] found = new byte[scanned + end.length - unread.position()];
                    unread.get(found);
                    return found;
                }
            }
            scanned -= unread.position();
            fill();
        }
    }

    private boolean matches(int at, byte[] end) {
        for (int i = 0; i < end.length; i++) {
            if (unread.get(at + i) != end[i]) {
                return false;
            }
        }
        return true;
    }

    /** Reads more behind what is unread, which then begins at 0. */
    private void fill() throws IOException {
        unread.compact();
        if (!unread.hasRemaining()) {
            throw new IOException("the head of the rdv server's answer is over " + HEAD_LIMIT + " bytes");
        }
        int count = channel.read(unread);
        unread.flip();
        if (count < 0) {
            throw new EOFException("the rdv server closed the connection"
                    + (unread.hasRemaining() ? " after: " + StandardCharsets.US_ASCII.decode(unread.duplicate()) : ""));
        }
    }
}
