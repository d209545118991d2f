package dev.posthouse.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An rdv client in bytes: asks, reads lines, writes what it is told. Every read is bounded. */
final class RawPeer implements AutoCloseable {

    private static final int READ_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_MILLIS);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    static RawPeer ask(InetSocketAddress relay, String method, String token, String... headers) throws IOException {
        var peer = new RawPeer(new Socket(relay.getAddress(), relay.getPort()));
        var head = new StringBuilder(method + " /" + token + " HTTP/1.1\r\nHost: relay\r\nConnection: upgrade\r\n"
                + "Upgrade: rdv/1\r\nRdv-Self-Addrs: \r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        peer.write(head.append("\r\n").toString());
        return peer;
    }

    void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The next line without its end; empty at the end of the stream, too. */
    String line() throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    /** Reads a head to its end. Its first line. */
    String head() throws IOException {
        String first = line();
        for (String line = line(); !line.isEmpty(); line = line()) {
            // the headers say nothing here
        }
        return first;
    }

    /** The next byte, or -1 at the end. */
    int read() throws IOException {
        return in.read();
    }

    /** Whether the connection is at its end or was reset. */
    boolean ended() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Has a dialer and an acceptor meet and take the relay, and passes one byte each way. */
    static RawPeer[] circuit(InetSocketAddress relay, String token) throws IOException {
        RawPeer acceptor = ask(relay, "ACCEPT", token);
        RawPeer dialer = ask(relay, "DIAL", token);
        dialer.head();
        acceptor.head();
        dialer.write("CONTINUE\n");
        acceptor.line();
        dialer.write("d");
        acceptor.write("a");
        if (acceptor.read() != 'd' || dialer.read() != 'a') {
            throw new IOException("the circuit does not carry");
        }
        return new RawPeer[] {dialer, acceptor};
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
