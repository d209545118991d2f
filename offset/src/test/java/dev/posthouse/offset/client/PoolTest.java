package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several relays: who dials rotates, who listens comes back, both wait longer and longer (spec 8.3). */
@ExtendWith(LeakCheck.class)
class PoolTest {

    private final Ed25519KeyPair own = Ed25519KeyPair.generate();
    private final Ed25519KeyPair peer = Ed25519KeyPair.generate();
    private final ManualTicks ticks = new ManualTicks(Duration.ofSeconds(10));
    private RelayFixture first;
    private RelayFixture second;
    private OffsetClient client;
    private OffsetClient other;

    /** Draws the longest back-off always. */
    static RandomGenerator longest() {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return -1;
            }

            @Override
            public int nextInt(int origin, int bound) {
                return bound - 1;
            }
        };
    }

    @BeforeEach
    void start() throws IOException {
        first = RelayFixture.start();
        second = RelayFixture.start();
        client = OffsetClient.builder(own)
                .ticks(ticks)
                .randomness(PoolTest::longest)
                .build();
        other = OffsetClient.of(peer);
    }

    @AfterEach
    void close() {
        other.close();
        client.close();
        first.close();
        second.close();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    private List<RelayAddress> both() {
        return List.of(first.address(), second.address());
    }

    private OffsetListener peerAtBoth() throws IOException {
        OffsetListener listener = other.listen(both(), AccessList.of(own.publicKey()));
        first.awaitListeners(1);
        second.awaitListeners(1);
        return listener;
    }

    private RelayAddress dialOnce(List<RelayAddress> relays) throws IOException {
        try (OffsetConnection connection = client.dial(relays, peer.publicKey())) {
            return connection.relay();
        }
    }

    /** Takes and closes whatever comes. */
    private static Background<?> closing(OffsetListener listener) {
        return Background.run(() -> {
            while (true) {
                listener.accept().close();
            }
        });
    }

    @Test
    void eachDialBeginsBehindTheRelayOfTheOneBefore() throws IOException {
        OffsetListener listener = peerAtBoth();
        var closing = closing(listener);

        assertThat(dialOnce(both())).isEqualTo(first.address());
        assertThat(dialOnce(both())).isEqualTo(second.address());
        assertThat(dialOnce(both())).isEqualTo(first.address());
        // One that is not in the list any more counts for nothing.
        assertThat(dialOnce(List.of(second.address()))).isEqualTo(second.address());
        assertThat(dialOnce(List.of(first.address()))).isEqualTo(first.address());

        listener.close();
        assertThat(closing.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void aRelayThatFailsIsPassedOverAtOnce() throws IOException {
        OffsetListener listener = peerAtBoth();
        var closing = closing(listener);
        first.close();

        assertThat(dialOnce(both())).isEqualTo(second.address());
        assertThat(dialOnce(both())).isEqualTo(second.address());

        listener.close();
        assertThat(closing.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void betweenTwoRoundsThereAreEightTicksAndThenMore() {
        first.close();
        second.close();
        var dialing = Background.start(() -> client.dial(both(), peer.publicKey()));

        ticks.awaitRegistrations(1);
        ticks.tick(7);
        assertThat(ticks.registered()).isEqualTo(1);
        ticks.tick(1);
        ticks.awaitRegistrations(2);
        ticks.tick(15);
        assertThat(ticks.registered()).isEqualTo(1);
        ticks.tick(1);

        assertThat(dialing.failure())
                .isInstanceOf(RelayUnreachable.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    }

    @Test
    void dialingNowhereIsAMistake() {
        assertThatThrownBy(() -> client.dial(List.of(), peer.publicKey())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void backOffsDoubleUpToTheirMostAndAreHalfByChance() {
        var most = new BackOff(ticks, longest());
        var least = new BackOff(ticks, new RandomGenerator() {
            @Override
            public long nextLong() {
                return 0;
            }

            @Override
            public int nextInt(int origin, int bound) {
                return origin;
            }
        });
        for (int expected : List.of(8, 16, 32, 64, 128, 256, 256)) {
            assertThat(most.next()).isEqualTo(expected);
            assertThat(least.next()).isEqualTo(expected / 2);
        }
        most.reset();
        assertThat(most.next()).isEqualTo(8);
    }

    @Test
    void aListenerComesBackToARelayAfterEightTicks() throws IOException {
        try (OffsetListener listener = client.listen(List.of(first.address()), AccessList.of(peer.publicKey()))) {
            first.awaitListeners(1);
            first.close();
            await(() -> !listener.states().getFirst().listening());
            // The leg of the channel is gone; the pause.
            ticks.awaitRegistrations(2);
            ticks.awaitRegistered(1);
            assertThat(listener.states().getFirst().failure()).isPresent();
            try (RelayFixture again = first.restart()) {
                ticks.tick(7);
                assertThat(ticks.registered()).isEqualTo(1);
                assertThat(again.listenersSoFar()).isZero();

                ticks.tick(1);

                again.awaitListeners(1);
                await(() -> listener.states().getFirst().listening());
                assertThat(listener.states().getFirst().failure()).isEmpty();
                var accepting = Background.start(listener::accept);
                OffsetConnection dialed = other.dial(again.address(), own.publicKey());
                assertThat(accepting.result().peer()).isEqualTo(peer.publicKey());
                dialed.abort();
            }
        }
    }

    @Test
    void aListenerKeepsTryingARelayThatWasNeverThere() throws IOException {
        first.close();
        try (OffsetListener listener = client.listen(List.of(first.address()), new AccessList())) {
            int pauses = 0;
            for (int wait : List.of(8, 16, 32)) {
                ticks.awaitRegistrations(++pauses);
                assertThat(listener.states().getFirst().listening()).isFalse();
                assertThat(listener.states().getFirst().failure()).containsInstanceOf(RelayUnreachable.class);
                ticks.tick(wait - 1);
                assertThat(ticks.registered()).isEqualTo(1);
                ticks.tick(1);
            }
            ticks.awaitRegistrations(++pauses);
        }
    }

    @Test
    void theRelaysOfAListenerChangeWhileConnectionsGoOn() throws IOException {
        try (OffsetListener listener = other.listen(List.of(first.address()), AccessList.of(own.publicKey()))) {
            first.awaitListeners(1);
            var accepting = Background.start(listener::accept);
            OffsetConnection dialed = client.dial(first.address(), peer.publicKey());
            OffsetConnection accepted = accepting.result();

            listener.relays(List.of(second.address()));

            second.awaitListeners(1);
            await(() ->
                    first.events(RelayEvent.WaitEnded.class).stream().anyMatch(ended -> ended.role() == Role.ACCEPTOR));
            assertThat(listener.states())
                    .extracting(OffsetListener.State::relay)
                    .containsExactly(second.address());
            assertThatThrownBy(() -> client.dial(first.address(), peer.publicKey()))
                    .isInstanceOf(Refused.class);
            var acceptingAgain = Background.start(listener::accept);
            OffsetConnection viaSecond = client.dial(second.address(), peer.publicKey());
            assertThat(acceptingAgain.result().relay()).isEqualTo(second.address());
            viaSecond.abort();
            dialed.messages().send(ByteBuffer.wrap(new byte[] {7}));
            assertThat(accepted.messages().receive()).isPresent();
            dialed.abort();
        }
    }
}
