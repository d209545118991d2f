package dev.posthouse.cli.chime;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Answers whoever rings by UDP with the same. */
final class UdpBell implements AutoCloseable {

    private static final int LONGEST = 64;

    private final DatagramChannel channel;

    UdpBell(InetSocketAddress address) throws IOException {
        channel = DatagramChannel.open();
        try {
            channel.bind(address);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        Thread.ofPlatform().name("chime-bell").daemon().start(this::answer);
    }

    int port() {
        return channel.socket().getLocalPort();
    }

    private void answer() {
        ByteBuffer datagram = ByteBuffer.allocate(LONGEST);
        try {
            while (channel.isOpen()) {
                SocketAddress from = channel.receive(datagram.clear());
                channel.send(datagram.flip(), from);
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
