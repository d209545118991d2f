package dev.posthouse.rdv.server;

import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A peer that writes what it is told to, byte for byte. */
final class RawPeer implements AutoCloseable {

    private final TcpStream stream;

    private RawPeer(TcpStream stream) {
        this.stream = stream;
        stream.readTimeout(Duration.ofSeconds(20));
    }

    static RawPeer connect(InetSocketAddress server) throws IOException {
        return new RawPeer(new TcpStream(SocketChannel.open(server)));
    }

    static String request(String method, String token, String... headerLines) {
        return method + " /" + token + " HTTP/1.1\r\nHost: relay\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\n"
                + String.join("\r\n", headerLines) + (headerLines.length > 0 ? "\r\n" : "") + "\r\n";
    }

    RawPeer send(String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        return this;
    }

    /** Reads to the end of a head, and not one byte further. */
    String head() throws IOException {
        var head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (stream.read(one.clear()) < 0) {
                throw new IOException("ended after: " + head);
            }
            head.append((char) one.get(0));
        }
        return head.toString();
    }

    String read(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && stream.read(bytes) >= 0) {
            // until all of them are there
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    /** Everything to the end. */
    String rest() throws IOException {
        var all = new StringBuilder();
        for (String part = read(1); !part.isEmpty(); part = read(1)) {
            all.append(part);
        }
        return all.toString();
    }

    RawPeer end() throws IOException {
        stream.shutdownOutput();
        return this;
    }

    void reset() {
        stream.abort();
    }

    InetSocketAddress local() {
        return stream.localAddress().orElseThrow();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
