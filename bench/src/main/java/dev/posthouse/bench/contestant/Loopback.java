package dev.posthouse.bench.contestant;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Addresses and connections on loopback.
 *
 * <p>Connections come in turn from 254 addresses (127.0.1.1 to 127.0.1.254), so that neither the ephemeral ports of one
 * address nor a relay's limits for each address decide what is measured. Any thread.
 */
final class Loopback {
    private static final int SOURCES = 254;

    /** Below the ephemeral range of Linux (32768 and up), so that no outgoing connection takes a port meanwhile. */
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;

    private final AtomicInteger nextSource = new AtomicInteger();

    /** A port of 127.0.0.1 on which nobody listens. */
    static InetSocketAddress freeAddress() throws IOException {
        InetAddress loopback = address(0, 1);
        int ports = LAST_PORT - FIRST_PORT;
        int first = (int) Math.floorMod(System.nanoTime(), (long) ports);
        for (int i = 0; i < ports; i++) {
            int port = FIRST_PORT + (first + i) % ports;
            try (ServerSocket probe = new ServerSocket(port, 1, loopback)) {
                return new InetSocketAddress(loopback, probe.getLocalPort());
            } catch (IOException taken) {
                // The next one, then.
            }
        }
        throw new IOException("no port of 127.0.0.1 is free from " + FIRST_PORT + " to " + LAST_PORT);
    }

    /** As programs take it: {@code HOST:PORT}. */
    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Connects from the next source address; blocking, Nagle's algorithm off. */
    SocketChannel connect(InetSocketAddress target) throws IOException {
        int source = 1 + Math.floorMod(nextSource.getAndIncrement(), SOURCES);
        SocketChannel channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(address(1, source), 0));
            channel.connect(target);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static InetAddress address(int third, int fourth) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, (byte) third, (byte) fourth});
    }
}
