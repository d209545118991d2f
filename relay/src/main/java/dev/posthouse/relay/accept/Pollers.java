package dev.posthouse.relay.accept;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What the JDK wakes virtual threads with that are blocked on a socket. It opens it when the first one blocks, and where
 * there is no descriptor left for it then, no virtual thread of the process can ever block on a socket again: so it is
 * made to open it while there are.
 */
final class Pollers {

    private Pollers() {}

    /**
     * Blocks a virtual thread on a socket, for a millisecond.
     *
     * @throws IOException if there are no descriptors
     */
    static void open() throws IOException {
        var blocking = new FutureTask<>(Pollers::block);
        Thread.ofVirtual().name("posthouse-pollers").start(blocking);
        try {
            blocking.get();
        } catch (ExecutionException e) {
            throw new IOException("virtual threads cannot block on sockets: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the relay was starting");
        }
    }

    private static boolean block() throws IOException {
        try (var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            socket.setSoTimeout(1);
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }
}
