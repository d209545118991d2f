package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of release 0.1.2 and before, beside those of today (spec 12): served, but not joined with one another. */
@ExtendWith(LeakCheck.class)
class AgesTest {

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();

    private static InitConnection connect(Ed25519KeyPair to) {
        return new InitConnection.Connect(TestClient.octets(to.publicKey()));
    }

    private static InitConnection accept(Ed25519KeyPair from) {
        return new InitConnection.Accept(TestClient.octets(from.publicKey()));
    }

    /** Sends its wish and waits until it was served. */
    private static TestClient legacy(RelayFixture relay, Ed25519KeyPair identity, InitConnection wanted)
            throws IOException {
        TestClient client = TestClient.legacy(relay, identity, wanted);
        client.awaitProcessed();
        return client;
    }

    @Test
    void clientsOfBefore013AreServedInTheirOwnFramesWithKeepalivesAfterTheFirstMessage() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = legacy(relay, D, new InitConnection.Listen());
            TestClient connector = legacy(relay, C, connect(D));
            assertThat(listener.caller()).isEqualTo(C.publicKey());
            connector.send("early");
            TestClient acceptor = TestClient.legacy(relay, D, accept(C));
            assertThat(acceptor.receiveText()).isEqualTo("early");
            TestClient.assertJoined(connector, acceptor);
            byte[] message = new byte[700_000];
            connector.messages().send(ByteBuffer.wrap(message));
            assertThat(acceptor.receive()).contains(ByteBuffer.wrap(message));
            // Keepalives each way are hidden from both.
            relay.clientTicks().tick(16);
            for (TestClient client : new TestClient[] {listener, connector, acceptor}) {
                client.awaitProcessed();
            }
            relay.ticks().tick(16);
            TestClient.assertJoined(connector, acceptor);
            listener.reject(D.publicKey());
            listener.awaitProcessed();
            connector.close();
            acceptor.assertEnds();
        }
    }

    @Test
    void whoSpeaksAnotherAgeThanItsListenerIsRefused() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient older = legacy(relay, C, connect(D));
            older.assertEnds();
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("another age");
            assertThat(relay.starts(Role.DIALER)).isZero();
            TestClient.join(relay, C, D);
            assertThat(listener.caller()).isEqualTo(C.publicKey());
        }
        try (RelayFixture relay = RelayFixture.start()) {
            legacy(relay, D, new InitConnection.Listen());
            TestClient.connector(relay, C, D.publicKey()).assertEnds();
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("another age");
        }
    }

    @Test
    void whoAcceptsInAnotherAgeIsRefusedAndTheCallerWaitsOn() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, D.publicKey());
            TestClient.legacy(relay, D, accept(C)).assertEnds();
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail()).contains("another age");
            assertThat(relay.ends(Role.DIALER)).isEmpty();
            TestClient.assertJoined(connector, TestClient.acceptor(relay, D, C.publicKey()));
        }
    }

    @Test
    void listenerThatComesBackInAnotherAgeDoesNotInheritCallers() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient connector = TestClient.connector(relay, C, D.publicKey());
            TestClient newer = legacy(relay, D, new InitConnection.Listen());
            connector.assertEnds();
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.PROTOCOL_ERROR);
            legacy(relay, C, connect(D));
            assertThat(newer.caller()).isEqualTo(C.publicKey());
        }
    }

    private static RawChannel raw(RelayFixture relay, Ed25519KeyPair identity) throws IOException {
        var frames = new FrameStream(relay.dial(), LengthPrefix.U32, FrameStream.LEGACY_LONGEST);
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow());
        return RawChannel.establish(frames, identity);
    }

    /** The next message that is not a keepalive. */
    private static ByteBuffer kept(RawChannel channel, Shape shape) throws IOException {
        while (true) {
            ChannelMessage.Decoded decoded = channel.receive();
            assertThat(decoded.shape()).isEqualTo(shape);
            Optional<ByteBuffer> message = KaMessage.decode(((Content.User) decoded.content()).payload(), 1 << 20);
            if (message.isPresent()) {
                return message.get();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void listenerIsToldInTheShapeThatItSpeaks(Shape shape) throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            RawChannel listener = raw(relay, D);
            listener.send(new InitConnection.Listen().encode(), shape);
            RelayFixture.await().until(() -> relay.starts(Role.ACCEPTOR) == 1);
            RawChannel connector = raw(relay, C);
            connector.send(connect(D).encode(), shape);
            Ed25519PublicKey caller = Ed25519PublicKey.of(
                    IncomingConnection.decode(kept(listener, shape)).publicKey().bytes());
            assertThat(caller).isEqualTo(C.publicKey());
            RawChannel acceptor = raw(relay, D);
            acceptor.send(accept(C).encode(), shape);
            connector.send(KaMessage.message(ByteBuffer.wrap(new byte[] {1, 2, 3})), shape);
            assertThat(kept(acceptor, shape)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            acceptor.send(KaMessage.message(ByteBuffer.wrap(new byte[] {4})), shape);
            assertThat(kept(connector, shape)).isEqualTo(ByteBuffer.wrap(new byte[] {4}));
            listener.abort();
            connector.abort();
            acceptor.abort();
        }
    }

    @Test
    void wishOfTodayOutsideOfTheKeepaliveLayerIsNone() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            var frames = new FrameStream(relay.dial(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
            frames.send(Version.frame());
            Version.check(frames.receive().orElseThrow());
            RawChannel client = RawChannel.establish(frames, C);
            client.send(connect(D).encode(), Shape.NESTED);
            relay.awaitRefusal(Reason.PROTOCOL_ERROR);
            client.abort();
        }
    }
}
