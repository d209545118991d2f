package dev.posthouse.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

class TcpStreamContractTest extends ByteStreamContractTest {

    @Override
    protected Ends connect() throws Exception {
        return connectTcp();
    }

    /** Two ends of a connection over loopback. */
    static Ends connectTcp() throws Exception {
        try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            TcpStream dialed = new TcpStream(SocketChannel.open(listener.address()));
            return new Ends(dialed, new TcpStream(listener.accept()));
        }
    }
}
