package dev.posthouse.bench.transfer;

import dev.posthouse.net.TcpListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * Stands in front of a relay of ours and makes it a stock one to its clients: drops the header by which they offer the acknowledged
 * stream, as stock servers do, so that two of them speak bare bytes. Virtual threads, until it is closed.
 */
final class StockRelay implements Closeable {

    private static final String OFFER = "posthouse-stream:";

    private static final int HEAD_LIMIT = 8192;

    private final TcpListener listener;
    private final InetSocketAddress relay;

    StockRelay(InetSocketAddress relay) throws IOException {
        this.relay = relay;
        this.listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::acceptAll);
    }

    InetSocketAddress address() {
        return listener.address();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel accepted = listener.accept();
                Thread.ofVirtual().start(() -> carry(accepted));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void carry(SocketChannel accepted) {
        try (Socket client = accepted.socket();
                Socket server = new Socket(relay.getAddress(), relay.getPort())) {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.getOutputStream().write(withoutOffer(head(client.getInputStream())));
            Thread back = Thread.ofVirtual().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException e) {
            // either side has ended: the other sees it, and the transfer says so
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream from) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = from.read();
            if (next < 0 || head.length() == HEAD_LIMIT) {
                throw new IOException("no request of an rdv client");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The head as bytes, without the line of the offer. */
    static byte[] withoutOffer(String head) {
        return head.lines()
                .filter(line -> !line.toLowerCase(java.util.Locale.ROOT).startsWith(OFFER))
                .map(line -> line + "\r\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void copy(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // as in carry
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
