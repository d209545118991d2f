package dev.posthouse.interop.rdv;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;

/** Listens on 127.0.0.1 and speaks by hand: a server, or a peer that is connected to directly. */
final class RawServer implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final ServerSocket socket;

    private RawServer(ServerSocket socket) {
        this.socket = socket;
    }

    static RawServer start() throws IOException {
        var socket = new ServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"));
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawServer(socket);
    }

    /** The answer that tells two clients to go on. */
    static String switching(String peerCandidates) {
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nRdv-Peer-Addrs: " + peerCandidates
                + "\r\nUpgrade: rdv/1\r\n\r\n";
    }

    URI uri() {
        return URI.create("http://" + text());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** As it stands in a list of candidates. */
    String text() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** Waits for the next client. */
    RawPeer accept() throws IOException {
        return new RawPeer(socket.accept());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
