package dev.posthouse.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A listening TCP socket. Any number of threads may accept; closing it from any thread ends them.
 */
public final class TcpListener implements AutoCloseable {

    /** How many finished handshakes the kernel keeps for us: its own upper bound (somaxconn) cuts this. */
    private static final int BACKLOG = 4096;

    private final ServerSocketChannel channel;
    private final InetSocketAddress address;

    private TcpListener(ServerSocketChannel channel) throws IOException {
        this.channel = channel;
        this.address = (InetSocketAddress) channel.getLocalAddress();
    }

    /**
     * Listens.
     *
     * @param address where; the IPv6 wildcard means both families where the system has both; port 0 lets it choose one
     * @throws PeerUnreachable if the address is unresolved
     * @throws IOException if the port is taken or may not be used
     */
    public static TcpListener bind(InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new PeerUnreachable("cannot listen on " + address.getHostString() + ": the name has no address");
        }
        ServerSocketChannel channel = address.getAddress() instanceof Inet4Address
                ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                : ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            return new TcpListener(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Waits for the next connection.
     *
     * @return connected and blocking; the caller's to close
     * @throws IOException if this listener was closed, or accepting failed, as it does when descriptors run out
     */
    public SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
