package dev.posthouse.rdv.fault;

import dev.posthouse.net.TcpStream;
import dev.posthouse.rdv.server.RawPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Two raw peers joined by a relay: the dialer has said CONTINUE and the acceptor has heard it. */
record RelayedPair(TcpStream dialer, TcpStream acceptor) implements AutoCloseable {

    /** Small, so that a pipe that nobody reads is full soon. */
    private static final int SOCKET_BUFFER = 16 * 1_024;

    static RelayedPair meet(InetSocketAddress relay, String token) throws IOException {
        RawPeer dialer = connect(relay);
        RawPeer acceptor = connect(relay);
        dialer.send(RawPeer.request("DIAL", token));
        acceptor.send(RawPeer.request("ACCEPT", token));
        dialer.head();
        acceptor.head();
        dialer.send("CONTINUE\n");
        acceptor.read(9);
        return new RelayedPair(dialer.stream(), acceptor.stream());
    }

    private static RawPeer connect(InetSocketAddress relay) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        channel.connect(relay);
        return RawPeer.of(new TcpStream(channel));
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void close() {
        dialer.abort();
        acceptor.abort();
    }
}
