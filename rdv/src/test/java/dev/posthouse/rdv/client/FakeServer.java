package dev.posthouse.rdv.client;

import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.rdv.server.RawPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** A server that answers what a test tells it to, right or wrong. */
final class FakeServer implements AutoCloseable {

    private final TcpListener listener;

    FakeServer() throws IOException {
        listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listener.address().getPort());
    }

    InetSocketAddress address() {
        return listener.address();
    }

    /** The next client, before its request was read. */
    RawPeer next() throws IOException {
        return RawPeer.of(new TcpStream(listener.accept()));
    }

    /** The next client, its request read and answered. */
    RawPeer answer(String response) throws IOException {
        RawPeer client = next();
        client.head();
        return client.send(response);
    }

    /** A 101 with these candidates of a peer. */
    static String meeting(String... peerAddrs) {
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nRdv-Peer-Addrs: "
                + String.join(", ", peerAddrs) + "\r\nUpgrade: rdv/1\r\n\r\n";
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
