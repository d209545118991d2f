package dev.posthouse.interop.rdv;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * One end of a TCP connection that speaks by hand: each {@link #send} is one write, and it reads no further than it was asked
 * to. Text is ISO 8859-1, one character for each byte. For one thread at a time.
 */
final class RawPeer implements AutoCloseable {

    /** Without a byte for so long none will come. */
    private static final int SILENCE_MILLIS = 10_000;

    /** Between two bytes that must not arrive together: enough for the reader to take the first. */
    private static final Duration APART = Duration.ofNanos(200_000);

    private final Socket socket;
    private final InputStream in;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(SILENCE_MILLIS);
    }

    /** Connects. */
    static RawPeer to(InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /** Connects from 127.0.0.1. */
    static RawPeer toFromLoopback(InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort(), InetAddress.ofLiteral("127.0.0.1"), 0));
    }

    /** A request as the original writes it. */
    static String request(String method, String token, String candidates) {
        return method + " /" + token + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\n"
                + "Connection: upgrade\r\nRdv-Self-Addrs: " + candidates + "\r\nUpgrade: rdv/1\r\n\r\n";
    }

    /** One write. */
    RawPeer send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** One write and one segment for each byte. */
    RawPeer sendByteByByte(String text) throws IOException {
        for (byte one : text.getBytes(StandardCharsets.ISO_8859_1)) {
            socket.getOutputStream().write(one);
            LockSupport.parkNanos(APART.toNanos());
        }
        return this;
    }

    /** Reads a head with the empty line behind it, and nothing more. */
    String readHead() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(read(1));
        }
        return head.toString();
    }

    /** Reads a line with its LF, and nothing more. */
    String readLine() throws IOException {
        var line = new StringBuilder();
        while (line.indexOf("\n") < 0) {
            line.append(read(1));
        }
        return line.toString();
    }

    /** Reads just so many bytes. */
    String read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("ended after " + new String(bytes, StandardCharsets.ISO_8859_1));
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Reads to the end; a reset is one, too. */
    String readToEnd() throws IOException {
        var all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketException e) {
            // Closed with something of ours unread.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Ends its own direction. */
    RawPeer shutDownOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** This end. */
    InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
