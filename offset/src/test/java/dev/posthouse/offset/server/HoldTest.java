package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Reason;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A connector that comes while its listener is still being set up: to the original's clients it comes afterwards. */
@ExtendWith(LeakCheck.class)
class HoldTest {

    /** {@code -Dposthouse.seed} repeats a run. */
    private static final long SEED = Long.getLong("posthouse.seed", System.nanoTime());

    private static final int ROUNDS = 30;

    /** A fifth of it is what a connector is held for. */
    private static final Duration HELD_LONG = Duration.ofMinutes(5);

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();

    /** Version, nonce, key: what a client writes before its first message. */
    private static final int SETUP = 3;

    /** A listener of which the relay sees so many of its first messages until it is let go. */
    private record Late(LateStream stream, Observed observed, Background<TestClient> listening) {

        static Late listener(RelayFixture relay, Ed25519KeyPair identity, int through) throws IOException {
            var stream = new LateStream(relay.dial(), through);
            var observed = new Observed(stream);
            var listening = Background.start(() -> {
                TestClient client = TestClient.leg(relay, identity, relay.clientTicks(), observed);
                client.want(new InitConnection.Listen());
                return client;
            });
            RelayFixture.await().until(stream::keeps);
            relay.awaitRead(observed, stream.passed());
            return new Late(stream, observed, listening);
        }

        TestClient letGo() throws IOException {
            stream.letGo();
            return listening.result();
        }
    }

    private static TestClient connector(RelayFixture relay) throws IOException {
        TestClient connector = TestClient.leg(relay, C);
        wantsD(connector);
        return connector;
    }

    private static void wantsD(TestClient connector) throws IOException {
        connector.want(new InitConnection.Connect(TestClient.octets(D.publicKey())));
    }

    private static void awaitHeld(RelayFixture relay, int count) {
        RelayFixture.await().until(() -> relay.services().admission().waiting() == count);
    }

    private static void assertMeet(RelayFixture relay, TestClient connector, TestClient listener) throws IOException {
        assertThat(listener.caller()).isEqualTo(C.publicKey());
        TestClient.assertJoined(connector, TestClient.acceptor(relay, D, C.publicKey()));
    }

    @Test
    void aConnectorMeetsTheListenerThatCameBeforeItHoweverFarThatOneIs() throws IOException {
        System.out.println("HoldTest seed " + SEED);
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            try (RelayFixture relay = RelayFixture.with().tick(HELD_LONG).start()) {
                Late listener = Late.listener(relay, D, random.nextInt(1, SETUP + 1));
                TestClient connector = connector(relay);
                int early = random.nextInt(3);
                for (int i = 0; i < early; i++) {
                    connector.send("early " + i);
                }
                if (random.nextBoolean()) {
                    awaitHeld(relay, 1);
                }
                TestClient listens = listener.letGo();

                assertThat(listens.caller()).isEqualTo(C.publicKey());
                TestClient acceptor = TestClient.acceptor(relay, D, C.publicKey());
                for (int i = 0; i < early; i++) {
                    assertThat(acceptor.receiveText()).isEqualTo("early " + i);
                }
                TestClient.assertJoined(connector, acceptor);
            }
        }
    }

    /** Which of the two came first does not matter once the relay knows whose connection it is. */
    @Test
    void aConnectorMeetsTheListenerThatHasProvedItsKeyAndSaidNothingYet() throws IOException {
        try (RelayFixture relay = RelayFixture.with().tick(HELD_LONG).start()) {
            TestClient connector = TestClient.leg(relay, C);
            Late listener = Late.listener(relay, D, SETUP);
            wantsD(connector);
            awaitHeld(relay, 1);

            assertMeet(relay, connector, listener.letGo());
        }
    }

    @Test
    void whoCallsAnUnknownKeyIsRefusedAtOnceWhereNobodyArrives() throws IOException {
        try (RelayFixture relay = RelayFixture.with().tick(HELD_LONG).start()) {
            connector(relay).assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).isEqualTo("nobody listens under that key");
        }
    }

    @Test
    void whoArrivesLaterOrIsSomebodyElseHoldsUpNobody() throws IOException {
        try (RelayFixture relay = RelayFixture.with().tick(HELD_LONG).start()) {
            TestClient connector = TestClient.leg(relay, C);
            Late later = Late.listener(relay, D, 1);
            Late other = Late.listener(relay, Ed25519KeyPair.generate(), SETUP);
            wantsD(connector);

            connector.assertEnds();
            relay.awaitRefusal(Reason.NO_PEER);
            other.letGo();
            later.letGo();
        }
    }

    @Test
    void aConnectorWhoseListenerDoesNotComeIsRefusedInTheEnd() throws IOException {
        // Ticks long enough for a handshake on a busy machine, and short enough to wait for.
        try (RelayFixture relay =
                RelayFixture.with().tick(Duration.ofMillis(500)).start()) {
            Late silent = Late.listener(relay, D, SETUP);
            connector(relay).assertEnds();
            assertThat(relay.awaitRefusal(Reason.NO_PEER).detail()).isEqualTo("nobody listens under that key");
            silent.observed().abort();
        }
    }

    @Test
    void whoIsHeldTakesThePlaceOfOneWhoWaits() throws IOException {
        Limits limits = Limits.builder().waitingPerAddress(1).build();
        // Held for 5 s: long enough for another one to come meanwhile.
        try (RelayFixture relay =
                RelayFixture.with().tick(Duration.ofSeconds(25)).limits(limits).start()) {
            Late silent = Late.listener(relay, D, SETUP);
            TestClient held = connector(relay);
            awaitHeld(relay, 1);

            connector(relay).assertEnds();
            relay.awaitRefusal(Reason.LIMIT_PEER);

            held.assertEnds();
            relay.awaitRefusal(Reason.NO_PEER);
            silent.observed().abort();
        }
    }
}
