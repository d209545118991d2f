package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many clients of few keys listen, connect, accept, reject and leave at once, while limits refuse some and ticks pass.
 * Afterwards nothing is left, and what began has ended once: the fixture looks, when it is closed.
 */
@ExtendWith(LeakCheck.class)
class RaceTest {

    /** {@code -Dposthouse.seed} repeats a run's choices, though not its interleaving. */
    private static final long SEED = Long.getLong("posthouse.seed", System.nanoTime());

    /** What each thread does; {@code -Dposthouse.race=5000} for a long run. */
    private static final int STEPS = Integer.getInteger("posthouse.race", 120);

    private static final int KEYS = 4;
    private static final int THREADS = 10;

    private final List<Ed25519KeyPair> keys = new ArrayList<>();

    RaceTest() {
        for (int i = 0; i < KEYS; i++) {
            keys.add(Ed25519KeyPair.generate());
        }
    }

    /** One thread's doing. */
    private final class Actor {
        private final RelayFixture relay;
        private final SplittableRandom random;
        private final List<Background<?>> accepting = new ArrayList<>();

        Actor(RelayFixture relay, long seed) {
            this.relay = relay;
            this.random = new SplittableRandom(seed);
        }

        private Ed25519KeyPair any() {
            return keys.get(random.nextInt(KEYS));
        }

        void act() {
            List<TestClient> mine = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                try {
                    int what = random.nextInt(10);
                    if (what < 3) {
                        mine.add(listen());
                    } else if (what < 8) {
                        mine.add(connect());
                    } else {
                        mine.add(accept(any(), any().publicKey()));
                    }
                    if (mine.size() > 3) {
                        end(mine.remove(random.nextInt(mine.size())));
                    }
                } catch (IOException e) {
                    // The relay refused, or replaced: both are meant to happen.
                }
            }
            mine.forEach(TestClient::abort);
            accepting.forEach(Background::result);
        }

        private void end(TestClient client) throws IOException {
            if (random.nextBoolean()) {
                client.abort();
            } else {
                client.close();
            }
        }

        private TestClient listen() throws IOException {
            Ed25519KeyPair identity = any();
            TestClient client = TestClient.leg(relay, identity);
            client.want(new InitConnection.Listen());
            var own = random.split();
            accepting.add(Background.run(() -> answer(client.messages(), identity, own)));
            return client;
        }

        /** A listener's life: it accepts, or rejects, or both, or does not care. */
        private void answer(MessageStream channel, Ed25519KeyPair identity, SplittableRandom own) {
            try {
                while (true) {
                    Optional<ByteBuffer> notice = channel.receive();
                    if (notice.isEmpty()) {
                        return;
                    }
                    Ed25519PublicKey caller = Ed25519PublicKey.of(
                            IncomingConnection.decode(notice.get()).publicKey().bytes());
                    int what = own.nextInt(8);
                    if (what < 4) {
                        TestClient acceptor = accept(identity, caller);
                        acceptor.messages().send(ByteBuffer.allocate(own.nextInt(2_000)));
                        if (own.nextBoolean()) {
                            acceptor.close();
                        } else {
                            acceptor.abort();
                        }
                    } else if (what < 7) {
                        channel.send(
                                new dev.posthouse.offset.wire.RejectConnection(TestClient.octets(caller)).encode());
                    }
                }
            } catch (IOException e) {
                // It was replaced, or closed.
            }
        }

        private TestClient connect() throws IOException {
            TestClient client = TestClient.leg(relay, any());
            client.want(new InitConnection.Connect(TestClient.octets(any().publicKey())));
            int early = random.nextInt(3);
            for (int i = 0; i < early; i++) {
                client.messages().send(ByteBuffer.allocate(random.nextInt(5_000)));
            }
            return client;
        }

        private TestClient accept(Ed25519KeyPair identity, Ed25519PublicKey from) throws IOException {
            TestClient client = TestClient.leg(relay, identity);
            client.want(new InitConnection.Accept(TestClient.octets(from)));
            return client;
        }
    }

    @Test
    @Timeout(600)
    void whateverHappensAtOnceEndsOnce() throws IOException {
        System.out.println("RaceTest seed " + SEED);
        Limits limits =
                Limits.builder().waitingPerAddress(14).circuitsPerAddress(6).build();
        try (RelayFixture relay = RelayFixture.with().limits(limits).start()) {
            List<Background<?>> actors = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                var actor = new Actor(relay, SEED + i);
                actors.add(Background.run(actor::act));
            }
            var ticking = new SplittableRandom(SEED);
            while (!actors.stream().allMatch(Background::isDone)) {
                relay.ticks().tick(ticking.nextInt(12));
                LockSupport.parkNanos(20_000_000);
            }
            actors.forEach(Background::result);
            // It was a race: much of everything has happened.
            assertThat(relay.events(RelayEvent.CircuitOpened.class)).isNotEmpty();
            assertThat(EnumSet.copyOf(relay.ends(Role.DIALER)))
                    .contains(Reason.COMPLETED, Reason.REPLACED, Reason.REJECTED);
            assertThat(relay.ends(Role.ACCEPTOR)).contains(Reason.REPLACED);
        }
    }
}
