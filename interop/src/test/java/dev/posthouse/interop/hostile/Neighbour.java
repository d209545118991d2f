package dev.posthouse.interop.hostile;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two rdv peers that mean well and are relayed: bytes drawn from a seed go one way, and are compared as they come. One circuit
 * for all of an attack.
 */
final class Neighbour implements AutoCloseable {

    private static final int PIECE = 64 * 1024;

    private final SocketChannel dialer;
    private final SocketChannel acceptor;
    private final long seed;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final Thread sending;
    private final Thread receiving;
    private volatile boolean stopped;
    private volatile Throwable failure = new IllegalStateException("it has not ended");
    private volatile boolean whole;

    private Neighbour(SocketChannel dialer, SocketChannel acceptor, long seed) {
        this.dialer = dialer;
        this.acceptor = acceptor;
        this.seed = seed;
        this.sending = Thread.ofPlatform().name("neighbour sends").start(this::send);
        this.receiving = Thread.ofPlatform().name("neighbour receives").start(this::receive);
    }

    /** Two peers meet at the relay and go on through it. */
    static Neighbour meet(Target relay, InetAddress from, String token, long seed) throws IOException {
        Met met = Met.at(relay, from, token);
        return new Neighbour(met.dialer(), met.acceptor(), seed);
    }

    /** Bytes that have arrived, and were right. */
    long received() {
        return received.get();
    }

    private void send() {
        var random = new SplittableRandom(seed);
        byte[] piece = new byte[PIECE];
        try {
            while (!stopped) {
                random.nextBytes(piece);
                write(dialer, ByteBuffer.wrap(piece));
                sent.addAndGet(PIECE);
            }
            dialer.shutdownOutput();
        } catch (IOException e) {
            failure = e;
        }
    }

    private void receive() {
        var random = new SplittableRandom(seed);
        byte[] expected = new byte[PIECE];
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try {
            while (true) {
                while (piece.hasRemaining() && acceptor.read(piece) >= 0) {
                    // goes on until the piece is full, or the end
                }
                if (piece.position() == 0) {
                    whole = true;
                    return;
                }
                random.nextBytes(expected);
                if (piece.hasRemaining() || !piece.flip().equals(ByteBuffer.wrap(expected))) {
                    throw new AssertionError("wrong bytes behind " + received + " right ones");
                }
                received.addAndGet(PIECE);
                piece.clear();
            }
        } catch (IOException | AssertionError e) {
            failure = e;
        }
    }

    /** Ends in order; everything that was sent must have come. */
    void finish() throws InterruptedException {
        stopped = true;
        sending.join(60_000);
        receiving.join(60_000);
        if (!whole || sent.get() != received.get()) {
            throw new AssertionError("the neighbour sent " + sent + " and received " + received, failure);
        }
    }

    static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    static void write(SocketChannel to, String text) throws IOException {
        write(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        dialer.close();
        acceptor.close();
    }

    /** Two that have met and said CONTINUE: everything else goes through. */
    record Met(SocketChannel dialer, SocketChannel acceptor) implements AutoCloseable {

        static String request(String method, String token) {
            return method + " /" + token + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\n"
                    + "Rdv-Self-Addrs: 127.0.0.1:9\r\nUpgrade: rdv/1\r\n\r\n";
        }

        static Met at(Target relay, InetAddress from, String token) throws IOException {
            SocketChannel acceptor = relay.connect(from);
            SocketChannel dialer = relay.connect(from);
            try {
                write(acceptor, request("ACCEPT", token));
                write(dialer, request("DIAL", token));
                readHead(dialer);
                readHead(acceptor);
                write(dialer, "CONTINUE\n");
                if (!readLine(acceptor).equals("CONTINUE\n")) {
                    throw new IOException("no CONTINUE");
                }
                return new Met(dialer, acceptor);
            } catch (IOException e) {
                acceptor.close();
                dialer.close();
                throw e;
            }
        }

        private static void readHead(SocketChannel from) throws IOException {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append(one(from));
            }
            if (!head.toString().startsWith("HTTP/1.1 101")) {
                throw new IOException("refused: " + head);
            }
        }

        private static String readLine(SocketChannel from) throws IOException {
            var line = new StringBuilder();
            while (line.indexOf("\n") < 0) {
                line.append(one(from));
            }
            return line.toString();
        }

        private static char one(SocketChannel from) throws IOException {
            ByteBuffer one = ByteBuffer.allocate(1);
            if (from.read(one) < 0) {
                throw new EOFException("the relay closed");
            }
            return (char) (one.get(0) & 0xff);
        }

        @Override
        public void close() throws IOException {
            dialer.close();
            acceptor.close();
        }
    }
}
