package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Contestant;
import dev.posthouse.bench.contestant.Pair;
import dev.posthouse.bench.contestant.RunningRelay;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Round trips of a small message through one pair, one at a time. */
public final class Latency implements Measure<Pair> {
    private static final int MESSAGE = 64;

    /** Enough for a p99 that 200 values lie above. */
    private static final int MOST_SAMPLES = 20_000;

    /** For the JIT of a relay: some ten thousand messages. */
    private static final Duration WARM_UP = Duration.ofMillis(1_500);

    private static final Metric P50 = new Metric("pingMicrosP50", "round trip µs, p50", 1);
    private static final Metric P99 = new Metric("pingMicrosP99", "round trip µs, p99", 1);

    private final Duration window;

    /** @param window bounds the time, where the number of samples does not */
    public Latency(Duration window) {
        this.window = window;
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String about() {
        return "Ping-pong of " + MESSAGE + " bytes through one pair, up to " + MOST_SAMPLES
                + " round trips; what a relay adds is the difference to no-relay.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(P50, P99);
    }

    @Override
    public boolean appliesTo(Contestant<Pair> contestant) {
        return true;
    }

    @Override
    public List<Figure> run(Contestant<Pair> contestant) throws IOException {
        try (var tasks = new Tasks<Integer>();
                RunningRelay<Pair> relay = contestant.start();
                Pair pair = relay.openPair(0)) {
            tasks.start(() -> echo(pair.acceptor()));
            ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE);
            long warm = System.nanoTime() + WARM_UP.toNanos();
            while (System.nanoTime() < warm) {
                roundTrip(pair.dialer(), message);
            }
            long[] nanos = new long[MOST_SAMPLES];
            int count = 0;
            long end = System.nanoTime() + window.toNanos();
            for (long begin = System.nanoTime(); count < MOST_SAMPLES && begin < end; count++) {
                roundTrip(pair.dialer(), message);
                long now = System.nanoTime();
                nanos[count] = now - begin;
                begin = now;
            }
            pair.dialer().shutdownOutput();
            tasks.results();
            var percentiles = new Percentiles(Arrays.stream(nanos, 0, count));
            return List.of(P50.of(percentiles.micros(0.5)), P99.of(percentiles.micros(0.99)));
        }
    }

    private static void roundTrip(SocketChannel channel, ByteBuffer message) throws IOException {
        message.clear();
        channel.write(message);
        message.clear();
        if (!fill(channel, message)) {
            throw new EOFException("the relay ended the circuit between two messages");
        }
    }

    /** Answers until the other side ends; returns how often. */
    private static int echo(SocketChannel channel) throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE);
        int answered = 0;
        while (true) {
            message.clear();
            if (!fill(channel, message)) {
                return answered;
            }
            message.flip();
            channel.write(message);
            answered++;
        }
    }

    private static boolean fill(SocketChannel channel, ByteBuffer message) throws IOException {
        while (message.hasRemaining()) {
            if (channel.read(message) < 0) {
                return false;
            }
        }
        return true;
    }
}
