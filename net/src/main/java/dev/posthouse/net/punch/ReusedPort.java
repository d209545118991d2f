package dev.posthouse.net.punch;

import dev.posthouse.net.dial.HappyEyeballs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * One local port that several sockets share: a listener on both address families and any number of dials. Each of them
 * sets SO_REUSEADDR, and SO_REUSEPORT where the system has it, before it is bound; one socket without them would keep the
 * others out.
 */
final class ReusedPort implements AutoCloseable {

    /** How many finished handshakes the kernel keeps: the peer makes ten at most. */
    private static final int BACKLOG = 64;

    private final ServerSocketChannel listener;
    private final int port;

    private ReusedPort(ServerSocketChannel listener) throws IOException {
        this.listener = listener;
        this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /**
     * Listens on every address of this host.
     *
     * @param port 0 to let the system choose
     * @throws IOException if the port is taken by a socket that does not share it, or may not be used
     */
    static ReusedPort open(int port) throws IOException {
        // Without a family: both where the system has both, else IPv4.
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            share(listener);
            listener.bind(new InetSocketAddress(port), BACKLOG);
            return new ReusedPort(listener);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /**
     * A non-blocking channel that is bound to the port, to dial {@code remote} with. The source address is left to the
     * system's routing, which chooses the same for every dial to one destination.
     *
     * @throws IOException if this host does not have the family of {@code remote}
     */
    SocketChannel channelTo(InetSocketAddress remote) throws IOException {
        SocketChannel channel = HappyEyeballs.Channels.unbound(remote);
        try {
            channel.configureBlocking(false);
            share(channel);
            byte[] any = new byte[remote.getAddress().getAddress().length];
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(any), port));
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static void share(NetworkChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
    }

    /** Whether a connection to {@code remote} would come back to this port. */
    boolean isOwn(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        if (remote.getPort() != port) {
            return false;
        }
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // The interfaces cannot be listed: then the exchange of headers has to find out.
            return false;
        }
    }

    ServerSocketChannel listener() {
        return listener;
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
