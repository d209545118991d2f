package dev.posthouse.relay.accept.http;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Writes what it is told to, and reads no byte further than it is told to. */
public record RawClient(ByteStream stream) implements AutoCloseable {

    /** The head of a request for a WebSocket, with further header lines. */
    public static String upgrade(String path, String... lines) {
        return "GET " + path + " HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + String.join("\r\n", lines) + (lines.length > 0 ? "\r\n" : "") + "\r\n";
    }

    public static RawClient connect(InetSocketAddress to) throws IOException {
        var stream = new TcpStream(SocketChannel.open(to));
        stream.readTimeout(Duration.ofSeconds(20));
        return new RawClient(stream);
    }

    public RawClient send(String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        return this;
    }

    public String read(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && stream.read(bytes) >= 0) {
            // until all of them are there
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    /** A head, and nothing behind it. */
    public String head() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            String one = read(1);
            if (one.isEmpty()) {
                throw new IOException("ended after: " + head);
            }
            head.append(one);
        }
        return head.toString();
    }

    /** A head and as much behind it as it says. */
    public String answer() throws IOException {
        String head = head();
        String length = head.replaceFirst("(?s).*Content-Length: (\\d+)\r\n.*", "$1");
        return head + read(Integer.parseInt(length));
    }

    public String rest() throws IOException {
        var all = new StringBuilder();
        for (String part = read(1); !part.isEmpty(); part = read(1)) {
            all.append(part);
        }
        return all.toString();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
