package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody is killed in the middle, at any byte: what arrived is what was sent up to there, and is never taken for all of it. */
@ExtendWith(LeakCheck.class)
class KilledTest {

    /** {@code -Dposthouse.seed} repeats a run's choices. */
    private static final long SEED = Long.getLong("posthouse.seed", System.nanoTime());

    /** {@code -Dposthouse.kills=2000} for a long run. */
    private static final int KILLS = Integer.getInteger("posthouse.kills", 60);

    private static final int TOTAL = 600_000;

    /** What is under way besides: records, padding, and what the layers say to each other. */
    private static final int OVERHEAD = 40_000;

    private enum Victim {
        SOURCE,
        SINK,
        RELAY
    }

    private static final List<Victim> VICTIMS = List.of(Victim.values());

    /** How a transfer ended for the sink. */
    private record Received(long count, boolean ended) {}

    private static Received receive(ByteStream stream, ByteOracle oracle) {
        ByteOracle.Sink sink = oracle.sink();
        ByteBuffer into = ByteBuffer.allocate(7_000);
        try {
            while (stream.read(into.clear()) >= 0) {
                sink.accept(into.flip());
            }
            return new Received(sink.count(), true);
        } catch (IOException e) {
            return new Received(sink.count(), false);
        }
    }

    private static void send(OffsetConnection connection, ByteOracle oracle) {
        try {
            for (ByteOracle.Source source = oracle.source(TOTAL); source.hasRemaining(); ) {
                connection.stream().write(ByteBuffer.wrap(source.next(20_000)));
            }
            connection.stream().shutdownOutput();
            while (connection.stream().read(ByteBuffer.allocate(1)) >= 0) {
                throw new AssertionError("the sink sends nothing");
            }
        } catch (IOException e) {
            // It was killed, or hears of it.
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // for a long run
    void whoeverIsKilledWhereverWhatArrivedIsAPrefixAndNoEnd() throws IOException {
        System.out.println("KilledTest seed " + SEED);
        var random = new SplittableRandom(SEED);
        int cut = 0;
        try (RelayFixture relay = RelayFixture.start()) {
            for (int kill = 0; kill < KILLS; kill++) {
                Victim victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
                Scissors.Cut how = random.nextBoolean() ? Scissors.Cut.CLOSE : Scissors.Cut.RESET;
                boolean dialerSends = random.nextBoolean();
                long at = random.nextLong(TOTAL + OVERHEAD);
                String which = "seed " + SEED + ", kill " + kill + ": " + victim + " " + how + " at " + at
                        + (dialerSends ? ", the dialer sends" : ", the acceptor sends");

                Received received = transfer(relay, victim, how, dialerSends, at, kill);

                assertThat(received.count()).as(which).isLessThanOrEqualTo(TOTAL);
                if (received.ended()) {
                    assertThat(received.count()).as(which).isEqualTo(TOTAL);
                }
                cut += received.ended() ? 0 : 1;
            }
        }
        assertThat(cut).as("transfers that were cut").isGreaterThan(KILLS / 2);
    }

    private static Received transfer(
            RelayFixture relay, Victim victim, Scissors.Cut how, boolean dialerSends, long at, int seed)
            throws IOException {
        int before = relay.listenersSoFar();
        try (Scissors dialers = new Scissors(relay.address());
                Scissors acceptors = new Scissors(relay.address());
                OffsetClient dialer = OffsetClient.of(Ed25519KeyPair.generate());
                OffsetClient acceptor = OffsetClient.of(Ed25519KeyPair.generate());
                OffsetListener listener = acceptor.listen(acceptors.address(), AccessList.of(dialer.publicKey()))) {
            relay.awaitListeners(before + 1);
            var accepting = Background.start(listener::accept);
            OffsetConnection dialed = dialer.dial(dialers.address(), acceptor.publicKey());
            OffsetConnection accepted = accepting.result();
            OffsetConnection source = dialerSends ? dialed : accepted;
            OffsetConnection sink = dialerSends ? accepted : dialed;
            Scissors sources = dialerSends ? dialers : acceptors;
            Scissors sinks = dialerSends ? acceptors : dialers;
            Scissors first = victim == Victim.SINK ? sinks : sources;
            first.cutAfter(at, how, () -> {
                if (victim == Victim.RELAY) {
                    sinks.cutAll(how);
                }
            });

            ByteOracle oracle = ByteOracle.of(seed);
            var sending = Background.run(() -> send(source, oracle));
            Received received = receive(sink.stream(), oracle);
            if (received.ended()) {
                sink.stream().shutdownOutput();
            }
            // Whichever was not killed hears of it from the relay.
            sink.close();
            sending.result();
            source.close();
            dialer.close(Duration.ofSeconds(20));
            acceptor.close(Duration.ofSeconds(20));
            return received;
        }
    }
}
