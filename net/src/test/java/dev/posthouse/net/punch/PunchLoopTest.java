package dev.posthouse.net.punch;

import static dev.posthouse.net.punch.Loopback.PACING;
import static dev.posthouse.net.punch.Loopback.PATIENCE;
import static dev.posthouse.net.punch.Loopback.V4;
import static dev.posthouse.net.punch.Loopback.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.OwnNetworks;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop outlives whatever one connection or one task does to it. */
@ExtendWith(LeakCheck.class)
class PunchLoopTest {

    private static final CandidatePolicy ALL = CandidatePolicy.of(AddressSpaces.ALL);

    /** A second address of this host, of the same family. */
    private static final InetAddress OTHER_V4 = InetAddress.ofLiteral("127.0.0.2");

    private static Race race(PunchLoop loop, InetSocketAddress candidate, RandomGenerator random) {
        return new Race(
                loop, ALL.judge(List.of(candidate), Set.of(), own -> false, OwnNetworks.NONE), PACING, ALL, random);
    }

    private static Arrival next(Race race) throws InterruptedException {
        return race.next(PATIENCE).orElseThrow(() -> new AssertionError("nothing arrived: " + race.attempts()));
    }

    private static <C extends NetworkChannel> C shared(C channel, InetSocketAddress local) throws IOException {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        channel.bind(local);
        return channel;
    }

    /** In which order the selector reports the two is chance: some of these rounds have the dialled one first. */
    @RepeatedTest(12)
    void aCandidateThatDialsAnotherAddressInTheTurnInWhichItIsReachedIsTwoConnections() throws Exception {
        ReusedPort port = ReusedPort.open(0);
        try (ServerSocketChannel peer = shared(ServerSocketChannel.open(), at(V4, 0));
                SocketChannel dialling = shared(SocketChannel.open(), Loopback.address(peer));
                PunchLoop loop = new PunchLoop(port, ALL)) {
            loop.start();
            Race race = race(loop, Loopback.address(peer), new SplittableRandom(1));
            var isThere = new CountDownLatch(1);
            var beginning = Background.run(() -> loop.call(() -> {
                loop.begin(race);
                awaitQuietly(isThere);
            }));
            dialling.connect(at(OTHER_V4, port.port()));
            isThere.countDown();
            beginning.result();

            Arrival one = next(race);
            assertThat(one.remote()).isEqualTo(Loopback.address(peer));
            assertStillTakes(race, port);
            one.stream().close();
            race.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertStillTakes(Race race, ReusedPort port) throws Exception {
        try (SocketChannel stranger = SocketChannel.open(at(V4, port.port()))) {
            var arrival = next(race);
            while (!arrival.remote().equals(stranger.getLocalAddress())) {
                arrival.stream().close();
                arrival = next(race);
            }
            arrival.stream().close();
        }
    }

    /** Made by what the loop asks for after a refusal; where an error comes from makes no difference. */
    private record Throwing(Error error) implements RandomGenerator {
        @Override
        public long nextLong() {
            throw error;
        }

        @Override
        public long nextLong(long bound) {
            throw error;
        }
    }

    @Test
    void anErrorWhileOneAttemptIsHandledEndsThatCandidateAndNothingElse() throws Exception {
        ReusedPort port = ReusedPort.open(0);
        try (PunchLoop loop = new PunchLoop(port, ALL)) {
            loop.start();
            Race race = race(loop, Loopback.refusing(V4), new Throwing(new OutOfMemoryError("of the test's making")));
            loop.call(() -> loop.begin(race));

            await().until(() -> race.attempts().getFirst().outcome().startsWith(Race.BROKEN));
            assertStillTakes(race, port);
            await().until(() -> !race.hasAttemptsLeft());
            race.close();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class, IllegalStateException.class})
    void whatATaskThrowsIsItsCallers(Class<? extends Throwable> kind) throws Exception {
        ReusedPort port = ReusedPort.open(0);
        try (PunchLoop loop = new PunchLoop(port, ALL)) {
            loop.start();
            Throwable thrown = kind.getConstructor(String.class).newInstance("of the test's making");

            assertThatThrownBy(() -> loop.call(() -> {
                        if (thrown instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) thrown;
                    }))
                    .isSameAs(thrown);

            Race race = race(loop, Loopback.refusing(V4), new SplittableRandom(1));
            loop.call(() -> loop.begin(race));
            assertStillTakes(race, port);
            race.close();
        }
    }
}
