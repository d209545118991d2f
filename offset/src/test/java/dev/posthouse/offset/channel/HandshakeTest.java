package dev.posthouse.offset.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.crypto.X25519KeyPair;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.wire.ExchangeDh;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not prove what it says, is not talked to. */
@ExtendWith(LeakCheck.class)
class HandshakeTest {

    private static final Ed25519KeyPair OWN = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair PEER = Ed25519KeyPair.generate();

    /** The peer, by hand. */
    private final Tape tape = new Tape();

    private Background<SecureChannel> establishing(Optional<Ed25519PublicKey> expected) {
        return Background.start(() -> SecureChannel.establish(tape, OWN, expected, ChannelSettings.DEFAULT));
    }

    private ExchangeRandNonce hello() throws IOException, InterruptedException {
        return ExchangeRandNonce.decode(ByteBuffer.wrap(tape.next()));
    }

    private ExchangeDh proof() throws IOException, InterruptedException {
        return ExchangeDh.decode(ByteBuffer.wrap(tape.next()));
    }

    private void put(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        tape.put(bytes);
    }

    private static Octets filled(int length, int value) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);
        return Octets.of(bytes);
    }

    private void sayHello(Ed25519PublicKey as) {
        put(new ExchangeRandNonce(filled(16, 1), Octets.of(as.bytes()), Optional.empty()).encode());
    }

    private void prove(Ed25519KeyPair signer, Octets dhPublicKey, Octets nonce) {
        Octets salt = filled(32, 2);
        byte[] signed = ExchangeDh.signedBytes(dhPublicKey, nonce, salt);
        put(new ExchangeDh(dhPublicKey, nonce, salt, Octets.of(signer.sign(signed))).encode());
    }

    private static Octets ephemeral() {
        return Octets.of(X25519KeyPair.generate().publicKey());
    }

    @Test
    void peerThatProvesItselfIsTakenWhetherItWasExpectedOrNot() throws IOException, InterruptedException {
        for (Optional<Ed25519PublicKey> expected :
                java.util.List.of(Optional.<Ed25519PublicKey>empty(), Optional.of(PEER.publicKey()))) {
            var establishing = establishing(expected);
            ExchangeRandNonce hello = hello();
            assertThat(hello.srcPublicKey()).isEqualTo(Octets.of(OWN.publicKey().bytes()));
            assertThat(hello.optDestPublicKey()).isEqualTo(expected.map(key -> Octets.of(key.bytes())));
            sayHello(PEER.publicKey());
            ExchangeDh proof = proof();
            assertThat(proof.randNonce()).isEqualTo(filled(16, 1));
            assertThat(OWN.publicKey()
                            .verify(proof.signedBytes(), proof.signature().bytes()))
                    .isTrue();
            prove(PEER, ephemeral(), hello.randNonce());
            assertThat(establishing.result().peer()).isEqualTo(PEER.publicKey());
        }
    }

    @Test
    void anotherThanTheExpectedOneIsToldNothingMore() throws IOException, InterruptedException {
        var establishing = establishing(Optional.of(PEER.publicKey()));
        hello();
        sayHello(Ed25519KeyPair.generate().publicKey());
        assertThat(establishing.failure()).isInstanceOf(AuthenticationFailed.class);
        assertThat(tape.unseen()).isZero();
    }

    @Test
    void wrongNonceIsRefused() throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        hello();
        sayHello(PEER.publicKey());
        proof();
        prove(PEER, ephemeral(), filled(16, 9));
        assertThat(establishing.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("nonce");
    }

    @Test
    void signatureOfSomebodyElseIsRefused() throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        ExchangeRandNonce hello = hello();
        sayHello(PEER.publicKey());
        proof();
        prove(Ed25519KeyPair.generate(), ephemeral(), hello.randNonce());
        assertThat(establishing.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "nonce", "salt", "signature"})
    void everyPartOfTheProofIsProved(String part) throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        ExchangeRandNonce hello = hello();
        sayHello(PEER.publicKey());
        proof();
        Octets key = ephemeral();
        Octets salt = filled(32, 2);
        Octets signature = Octets.of(PEER.sign(ExchangeDh.signedBytes(key, hello.randNonce(), salt)));
        put(new ExchangeDh(
                        part.equals("key") ? ephemeral() : key,
                        part.equals("nonce") ? filled(16, 3) : hello.randNonce(),
                        part.equals("salt") ? filled(32, 3) : salt,
                        part.equals("signature") ? filled(64, 3) : signature)
                .encode());
        assertThat(establishing.failure()).isInstanceOf(AuthenticationFailed.class);
    }

    @Test
    void peerOfOurOwnIdentityIsTaken() throws IOException, InterruptedException {
        var establishing = establishing(Optional.of(OWN.publicKey()));
        ExchangeRandNonce hello = hello();
        sayHello(OWN.publicKey());
        proof();
        prove(OWN, ephemeral(), hello.randNonce());
        assertThat(establishing.result().peer()).isEqualTo(OWN.publicKey());
    }

    @Test
    void ownNonceIsNotTakenFromAPeer() throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        byte[] hello = tape.next();
        tape.put(hello);
        assertThat(establishing.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("reflects our own nonce");
        assertThat(tape.unseen()).isZero();
    }

    @Test
    void ownEphemeralKeyIsNotTakenFromAPeer() throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        ExchangeRandNonce hello = hello();
        sayHello(PEER.publicKey());
        prove(PEER, proof().dhPublicKey(), hello.randNonce());
        assertThat(establishing.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("reflects our own key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void pointOfLowOrderIsRefused(String point) throws IOException, InterruptedException {
        var establishing = establishing(Optional.empty());
        ExchangeRandNonce hello = hello();
        sayHello(PEER.publicKey());
        proof();
        prove(PEER, Octets.of(java.util.HexFormat.of().parseHex(point)), hello.randNonce());
        assertThat(establishing.failure())
                .isInstanceOf(AuthenticationFailed.class)
                .hasMessageContaining("of no use");
    }

    @Test
    void whatIsNoMessageIsRefusedAtBothSteps() throws IOException, InterruptedException {
        var first = establishing(Optional.empty());
        hello();
        tape.put(new byte[] {1, 2, 3});
        assertThat(first.failure()).isInstanceOf(ProtocolViolation.class);
        var second = establishing(Optional.empty());
        hello();
        sayHello(PEER.publicKey());
        proof();
        tape.put(new byte[0]);
        assertThat(second.failure()).isInstanceOf(ProtocolViolation.class);
    }

    // ---- with version and deadline

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(10);

    private static Channels channels(Ed25519KeyPair own, Duration tick) {
        return new Channels(own, ChannelSettings.DEFAULT, new ManualTicks(tick));
    }

    private static FrameStream frames(MemoryPair pair) {
        return new FrameStream(pair.left(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
    }

    @Test
    void versionsAreSentAtOnceAndAreTheFirstFrame() throws IOException {
        try (MemoryPair pair = MemoryPair.create()) {
            var relay = Background.start(
                    () -> channels(OWN, LONG).fromClient(pair.right(), LengthPrefix.U64, Holding.uncounted()));
            FrameStream peer = frames(pair);
            assertThat(peer.receive()).contains(Version.frame());
            peer.send(Version.frame());
            assertThat(RawChannel.establish(peer, PEER).peer()).isEqualTo(OWN.publicKey());
            assertThat(relay.result().peer()).isEqualTo(PEER.publicKey());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000001", "ffffffff", "", "000000", "0000000000"})
    void otherVersionIsCutOff(String version) throws IOException {
        MemoryPair pair = MemoryPair.create();
        var relay = Background.start(
                () -> channels(OWN, LONG).fromClient(pair.right(), LengthPrefix.U64, Holding.uncounted()));
        FrameStream peer = frames(pair);
        peer.send(ByteBuffer.wrap(java.util.HexFormat.of().parseHex(version)));
        assertThat(relay.failure()).isInstanceOf(ProtocolViolation.class);
        assertThat(pair.right().isOpen()).isFalse();
        peer.abort();
    }

    @Test
    void peerThatClosesOrFallsSilentAtAnyStepIsGivenUp() throws IOException {
        for (int steps = 0; steps <= 2; steps++) {
            for (boolean closes : new boolean[] {true, false}) {
                MemoryPair pair = MemoryPair.create();
                var relay = Background.start(
                        () -> channels(OWN, SHORT).fromClient(pair.right(), LengthPrefix.U64, Holding.uncounted()));
                FrameStream peer = frames(pair);
                if (steps > 0) {
                    peer.send(Version.frame());
                }
                if (steps > 1) {
                    peer.send(new ExchangeRandNonce(
                                    filled(16, 1), Octets.of(PEER.publicKey().bytes()), Optional.empty())
                            .encode());
                }
                if (closes) {
                    pair.left().close();
                }
                assertThat(relay.failure())
                        .as("after %d steps", steps)
                        .isInstanceOf(closes ? IOException.class : TimedOut.class);
                assertThat(pair.right().isOpen()).isFalse();
                peer.abort();
            }
        }
    }

    @Test
    void channelThroughATunnelThatFailsTakesTheLegsKeepalivesWithIt() throws IOException {
        var ticks = new ManualTicks(LONG);
        var ours = new Channels(OWN, ChannelSettings.DEFAULT, ticks);
        var impatient = channels(OWN, SHORT);
        MemoryPair pair = MemoryPair.create();
        var relay = Background.start(
                () -> channels(PEER, LONG).fromClient(pair.right(), LengthPrefix.U64, Holding.uncounted()));
        KeepAlive leg = ours.toRelay(pair.left(), PEER.publicKey());
        SecureChannel far = relay.result();
        assertThat(ticks.registered()).isEqualTo(1);
        assertThatThrownBy(() -> impatient.throughTunnel(
                        leg, pair.left(), Ed25519KeyPair.generate().publicKey()))
                .isInstanceOf(TimedOut.class);
        assertThat(ticks.registered()).isZero();
        far.abort();
    }
}
