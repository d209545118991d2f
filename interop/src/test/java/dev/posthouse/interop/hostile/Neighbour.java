package dev.posthouse.interop.hostile;

import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Two rdv peers that mean well and are relayed: bytes drawn from a seed go one way, and are compared as they come. One circuit
 * for all of an attack.
 */
final class Neighbour implements AutoCloseable {

    private static final int PIECE = 64 * 1024;

    /**
     * Bytes a second, what a link of a gigabit carries. Without a bound it would take all of a machine that it shares with attackers and
     * relay, and be slower beside anything.
     */
    static final long MOST = 125_000_000;

    /** How far behind its rate it may be and still catch up. */
    private static final long LATE = 20_000_000;

    private final ByteStream dialer;
    private final ByteStream acceptor;
    private final long seed;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final Thread sending;
    private final Thread receiving;
    private volatile boolean stopped;
    private volatile Throwable failure = new IllegalStateException("it has not ended");
    private volatile boolean whole;

    private Neighbour(ByteStream dialer, ByteStream acceptor, long seed) {
        this.dialer = dialer;
        this.acceptor = acceptor;
        this.seed = seed;
        this.sending = Thread.ofPlatform().name("neighbour sends").start(this::send);
        this.receiving = Thread.ofPlatform().name("neighbour receives").start(this::receive);
    }

    /** Two peers meet at the relay and go on through it. */
    static Neighbour meet(RunningRelay relay, InetAddress from, String token, long seed) throws IOException {
        RdvPair met = pair(relay, from, token);
        return new Neighbour(met.dialer(), met.acceptor(), seed);
    }

    /** Two peers that meet, both from one address. */
    static RdvPair pair(RunningRelay relay, InetAddress from, String token) throws IOException {
        var acceptor = new TcpStream(relay.connect(from));
        try {
            return RdvPair.meet(new TcpStream(relay.connect(from)), acceptor, token);
        } catch (IOException e) {
            acceptor.close();
            throw e;
        }
    }

    /** Bytes that have arrived, and were right. */
    long received() {
        return received.get();
    }

    private void send() {
        var random = new SplittableRandom(seed);
        byte[] piece = new byte[PIECE];
        long due = System.nanoTime();
        try {
            while (!stopped) {
                // What it could not send in time it does not make up for.
                due = Math.max(due, System.nanoTime() - LATE) + PIECE * 1_000_000_000L / MOST;
                LockSupport.parkNanos(due - System.nanoTime());
                random.nextBytes(piece);
                dialer.write(ByteBuffer.wrap(piece));
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

    @Override
    public void close() throws IOException {
        stopped = true;
        dialer.close();
        acceptor.close();
    }
}
