package dev.posthouse.rdv.server;

import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A peer that writes what it is told to, byte for byte. */
public final class RawPeer implements AutoCloseable {

    private final TcpStream stream;

    private RawPeer(TcpStream stream) {
        this.stream = stream;
        stream.readTimeout(Duration.ofSeconds(20));
    }

    public static RawPeer connect(InetSocketAddress server) throws IOException {
        return new RawPeer(new TcpStream(SocketChannel.open(server)));
    }

    /** The other end of a connection that came in. */
    public static RawPeer of(TcpStream stream) {
        return new RawPeer(stream);
    }

    /** The bytes, for whoever wants more of them than texts. */
    public TcpStream stream() {
        return stream;
    }

    public static String request(String method, String token, String... headerLines) {
        return method + " /" + token + " HTTP/1.1\r\nHost: relay\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\n"
                + String.join("\r\n", headerLines) + (headerLines.length > 0 ? "\r\n" : "") + "\r\n";
    }

    public RawPeer send(String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        return this;
    }

    /** Reads to the end of a head, and not one byte further. */
    public String head() throws IOException {
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

    public String read(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && stream.read(bytes) >= 0) {
            // until all of them are there
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    /** Everything to the end. */
    public String rest() throws IOException {
        var all = new StringBuilder();
        for (String part = read(1); !part.isEmpty(); part = read(1)) {
            all.append(part);
        }
        return all.toString();
    }

    /** Everything until the connection is over, in order or not. */
    public String restOrReset() {
        var all = new StringBuilder();
        try {
            for (String part = read(1); !part.isEmpty(); part = read(1)) {
                all.append(part);
            }
        } catch (IOException e) {
            // That is an end, too.
        }
        return all.toString();
    }

    public RawPeer end() throws IOException {
        stream.shutdownOutput();
        return this;
    }

    public void reset() {
        stream.abort();
    }

    public InetSocketAddress local() {
        return stream.localAddress().orElseThrow();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
