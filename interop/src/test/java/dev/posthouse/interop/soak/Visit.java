package dev.posthouse.interop.soak;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.interop.live.OffsetLegs;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.net.tls.TlsStream;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.wire.InitConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One thing that peers do at the relay, with all that is random in it, what it has opened and what it has borrowed: closing it ends
 * the one and gives the other back. The thread that runs it, and those that it {@linkplain #together starts}; the random source and
 * what opens connections is one thread's at a time.
 */
final class Visit implements AutoCloseable {

    /** A peer's network that the relay does not serve; all others of this machine it does. */
    static final String DENIED = "127.66.0.0/16";

    private static final InetAddress DENIED_PEER = InetAddress.ofLiteral("127.66.0.1");

    /** For a TLS handshake: long past what a busy machine needs. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(60);

    private final Ground ground;
    private final Phase phase;
    private final long number;
    private final SplittableRandom random;
    private final ConcurrentLinkedQueue<Runnable> ends = new ConcurrentLinkedQueue<>();
    private final List<Ed25519KeyPair> borrowed = new ArrayList<>();

    /**
     * What all visits share.
     *
     * @param relay where they go
     * @param keys whom it lets in
     * @param legs how Offset clients get there
     * @param settings of the relay
     */
    record Ground(RunningRelay relay, Keyring keys, OffsetLegs legs, Settings settings) {}

    /** A part of a visit that runs beside others. */
    @FunctionalInterface
    interface Part {
        void run() throws IOException, InterruptedException;
    }

    /** @param seed of all that is random in it */
    Visit(Ground ground, Phase phase, long number, long seed) {
        this.ground = ground;
        this.phase = phase;
        this.number = number;
        this.random = new SplittableRandom(seed);
    }

    RunningRelay relay() {
        return ground.relay();
    }

    Settings settings() {
        return ground.settings();
    }

    Phase phase() {
        return phase;
    }

    SplittableRandom random() {
        return random;
    }

    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    /** From the one to the other, small ones as often as large ones: what is ten times as long is ten times as rare. */
    long size(long least, long most) {
        return (long) (least * Math.pow((double) most / least, random.nextDouble()));
    }

    /** A time up to that. */
    Duration upTo(Duration most) {
        return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
    }

    /** A word that nobody else has. */
    String token() {
        return "soak-" + number;
    }

    /**
     * A connection from one of many addresses, sometimes through a proxy that says in a PROXY header for whom. The lists of who is
     * refused, and the counts of each address, so meet more addresses than they could keep.
     */
    ByteStream connect() throws IOException {
        if (chance(0.1)) {
            ByteStream proxied = opened(ground.relay().connect(RunningRelay.PROXY));
            write(
                    proxied,
                    "PROXY TCP4 198.51." + random.nextInt(256) + "." + (1 + random.nextInt(254)) + " 127.0.0.1 "
                            + (1024 + random.nextInt(60_000)) + " 8080\r\n");
            return proxied;
        }
        byte[] address = {127, 20, (byte) random.nextInt(256), (byte) (1 + random.nextInt(254))};
        return opened(ground.relay().connect(InetAddress.getByAddress(address)));
    }

    /** A connection from where nobody may come from. */
    ByteStream connectDenied() throws IOException {
        return opened(ground.relay().connect(DENIED_PEER));
    }

    private ByteStream opened(SocketChannel channel) throws IOException {
        ByteStream stream = new TcpStream(channel);
        ends.add(stream::abort);
        return stream;
    }

    /** A connection with TLS. */
    TlsStream tls() throws IOException {
        TlsStream stream = TlsClient.insecure().connect(connect(), "127.0.0.1", HANDSHAKE);
        ends.add(stream::abort);
        return stream;
    }

    /** A connection of one kind or the other. */
    ByteStream stream() throws IOException {
        return chance(0.15) ? tls() : connect();
    }

    /** An identity that the relay lets in, until the visit ends. */
    Ed25519KeyPair identity() throws InterruptedException {
        Ed25519KeyPair own = ground.keys().take();
        borrowed.add(own);
        return own;
    }

    /** An Offset leg that has said what it is for. */
    KeepAlive leg(Ed25519KeyPair own, InitConnection first) throws IOException {
        KeepAlive leg = ground.legs().open(connect(), own, first);
        ends.add(leg::abort);
        return leg;
    }

    static void write(ByteStream to, String text) throws IOException {
        to.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /**
     * Runs all of them at once and waits for them.
     *
     * @throws IOException the first that failed; it has ended everything that this visit had opened, and so the others
     */
    void together(Part... parts) throws IOException, InterruptedException {
        var running = new CountDownLatch(parts.length);
        var first = new AtomicReference<@Nullable Throwable>();
        List<Thread> threads = new ArrayList<>();
        for (Part part : parts) {
            threads.add(Thread.ofVirtual().name("part of visit " + number).unstarted(() -> {
                try {
                    part.run();
                } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                    if (first.compareAndSet(null, e)) {
                        end();
                        threads.forEach(Thread::interrupt);
                    }
                } finally {
                    running.countDown();
                }
            }));
        }
        threads.forEach(Thread::start);
        running.await();
        switch (first.get()) {
            case null -> {}
            case AssertionError wrong -> throw wrong;
            case IOException broken -> throw broken;
            case Throwable other -> throw new IllegalStateException("a part of a visit failed", other);
        }
    }

    /** Ends all that it has opened. From any thread. */
    void end() {
        for (Runnable end = ends.poll(); end != null; end = ends.poll()) {
            end.run();
        }
    }

    @Override
    public void close() {
        end();
        borrowed.forEach(ground.keys()::give);
        borrowed.clear();
    }
}
