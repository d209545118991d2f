package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.X25519KeyPair;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.ExchangeDh;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the socket to the role (spec 7.1): every step has its bound, and whoever stops there is cut off with a reason. */
@ExtendWith(LeakCheck.class)
class SetupTest {

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();

    /** Eight of these bound a handshake in real time, four the first message. */
    private static final Duration TICK = Duration.ofMillis(50);

    private static FrameStream frames(RelayFixture relay) throws IOException {
        return new FrameStream(relay.dial(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
    }

    private static FrameStream greeted(RelayFixture relay) throws IOException {
        FrameStream frames = frames(relay);
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow());
        return frames;
    }

    private static ExchangeRandNonce hello(Ed25519KeyPair identity) {
        return new ExchangeRandNonce(
                Octets.of(new byte[16]), Octets.of(identity.publicKey().bytes()), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void handshakeThatStopsIsCutOffAfterEightTicks(int steps) throws IOException {
        try (RelayFixture relay = RelayFixture.with().tick(TICK).start()) {
            FrameStream client = greeted(relay);
            if (steps > 1) {
                client.send(hello(C).encode());
            }
            assertThat(relay.awaitRefusal(Reason.HANDSHAKE_TIMEOUT).detail())
                    .isEqualTo("the handshake with a client did not finish within 400 ms");
            client.abort();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientThatDoesNotSayWhatItWantsIsCutOffAfterFourTicks(boolean keepsAlive) throws IOException {
        // Ticks long enough for a handshake on a busy machine, and short enough to wait for.
        try (RelayFixture relay =
                RelayFixture.with().tick(Duration.ofMillis(250)).start()) {
            RawChannel client = RawChannel.establish(greeted(relay), C);
            if (keepsAlive) {
                client.send(KaMessage.keepAlive(), Shape.NESTED);
            }
            assertThat(relay.awaitRefusal(Reason.HANDSHAKE_TIMEOUT).detail())
                    .isEqualTo("the first message did not finish within 1000 ms");
            client.abort();
        }
    }

    @Test
    void firstMessageThatIsNoneIsCutOff() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient client = TestClient.leg(relay, C);
            client.send("nothing of the kind");
            client.assertEnds();
            relay.awaitRefusal(Reason.PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void clientThatGoesAwayAtAnyStepLeavesNothing(int steps) throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            FrameStream client = frames(relay);
            if (steps > 0) {
                client.send(Version.frame());
            }
            if (steps == 2) {
                client.send(hello(C).encode());
            }
            if (steps == 3) {
                Version.check(client.receive().orElseThrow());
                RawChannel.establish(client, C);
            }
            client.abort();
            relay.awaitRefusal(Reason.PEER_GONE);
        }
    }

    @Test
    void otherVersionIsNoOffset() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            Observed stream = relay.dial();
            stream.write(ByteBuffer.allocate(12).putLong(0, 4).putInt(8, 1));
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("another version");
            stream.abort();
        }
    }

    @Test
    void reflectedNonceAndReflectedKeyAreCutOff() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            FrameStream nonce = greeted(relay);
            nonce.send(nonce.receive().orElseThrow());
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("reflects our own nonce");
            nonce.abort();
            FrameStream key = greeted(relay);
            key.send(hello(C).encode());
            ExchangeRandNonce theirs = ExchangeRandNonce.decode(key.receive().orElseThrow());
            Octets reflected = ExchangeDh.decode(key.receive().orElseThrow()).dhPublicKey();
            key.send(proof(C, reflected, theirs.randNonce()).encode());
            RelayFixture.await()
                    .until(() -> relay.events(RelayEvent.Refused.class).size() == 2);
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("reflects our own key");
            key.abort();
        }
    }

    private static ExchangeDh proof(Ed25519KeyPair signer, Octets dhPublicKey, Octets nonce) {
        Octets salt = Octets.of(new byte[32]);
        return new ExchangeDh(
                dhPublicKey, nonce, salt, Octets.of(signer.sign(ExchangeDh.signedBytes(dhPublicKey, nonce, salt))));
    }

    @Test
    void identityOfSomebodyElseIsCutOff() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            FrameStream client = greeted(relay);
            client.send(hello(D).encode());
            ExchangeRandNonce theirs = ExchangeRandNonce.decode(client.receive().orElseThrow());
            client.send(proof(C, Octets.of(X25519KeyPair.generate().publicKey()), theirs.randNonce())
                    .encode());
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("signature");
            client.abort();
        }
    }

    @Test
    void manyHalfHandshakesHoldUpNobody() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            List<FrameStream> halves = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                FrameStream half = frames(relay);
                halves.add(half);
                half.send(Version.frame());
                if (i % 3 > 0) {
                    half.send(hello(C).encode());
                }
                if (i % 3 > 1) {
                    assertThat(half.receive()).isPresent();
                    assertThat(half.receive()).isPresent();
                }
            }
            TestClient.listener(relay, D);
            TestClient.join(relay, C, D);
            assertThat(relay.ends(Role.DIALER)).containsExactly(Reason.COMPLETED);
            halves.forEach(FrameStream::abort);
        }
    }

    @Test
    void addressOfTheRelayIsItsIdentity() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            assertThat(RawChannel.establish(greeted(relay), C)).satisfies(client -> {
                assertThat(client.peer()).isEqualTo(RelayFixture.RELAY.publicKey());
                client.abort();
            });
        }
    }
}
