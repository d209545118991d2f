package dev.posthouse.offset.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between clients and their relay, passes on what comes, and cuts everything behind a certain byte: as if the client, or the relay,
 * had been killed there.
 */
final class Scissors implements AutoCloseable {

    /** How what is cut looks to both sides. */
    enum Cut {
        /** The system closes a dead program's connection. */
        CLOSE,
        /** The same where something was not read yet. */
        RESET
    }

    private static final int PART = 8_192;

    private final RelayAddress relay;
    private final ServerSocket server;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    /** What may still pass, in both directions together, until it is set. */
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    private volatile Cut cut = Cut.CLOSE;
    private volatile Runnable onCut = () -> {};

    Scissors(RelayAddress relay) throws IOException {
        this.relay = relay;
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().name("scissors").start(this::accept);
    }

    /** The relay's address, through here. */
    RelayAddress address() {
        return new RelayAddress(relay.relay(), "127.0.0.1", server.getLocalPort());
    }

    /**
     * Cuts after so many bytes more.
     *
     * @param andThen cuts others
     */
    void cutAfter(long bytes, Cut how, Runnable andThen) {
        cut = how;
        onCut = andThen;
        left.set(bytes);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                Socket there = new Socket(InetAddress.getLoopbackAddress(), relay.port());
                open.add(there);
                Thread.ofVirtual().name("scissors up").start(() -> pass(client, there));
                Thread.ofVirtual().name("scissors down").start(() -> pass(there, client));
            } catch (IOException e) {
                // It was cut, or closed.
            }
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] part = new byte[PART];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(part); count >= 0; count = in.read(part)) {
                long before = left.getAndAdd(-count);
                out.write(part, 0, (int) Math.max(0, Math.min(count, before)));
                if (before < count) {
                    cutAll(cut);
                    onCut.run();
                    return;
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two has ended: the other hears of it.
            end(from, Cut.RESET);
            end(to, Cut.RESET);
        }
    }

    /** Cuts what is open now. */
    void cutAll(Cut how) {
        open.forEach(socket -> end(socket, how));
    }

    private static void end(Socket socket, Cut how) {
        try {
            if (how == Cut.RESET) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // It had ended.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cutAll(Cut.RESET);
    }
}
