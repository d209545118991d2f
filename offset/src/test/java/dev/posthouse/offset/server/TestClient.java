package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.Role;
import dev.posthouse.net.TimedOut;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.SecureChannel;
import dev.posthouse.offset.channel.Ticks;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A client of the relay: a leg of either age, and what it was opened for. Its keepalives are its fixture's ticks'. */
final class TestClient implements AutoCloseable {

    private final RelayFixture relay;
    private final Ed25519KeyPair identity;
    private final Observed stream;
    private final KeepAlive leg;

    private TestClient(RelayFixture relay, Ed25519KeyPair identity, Observed stream, KeepAlive leg) {
        this.relay = relay;
        this.identity = identity;
        this.stream = stream;
        this.leg = leg;
        relay.track(this);
    }

    /** A leg that has not said what it is for. */
    static TestClient leg(RelayFixture relay, Ed25519KeyPair identity) throws IOException {
        return leg(relay, identity, relay.clientTicks());
    }

    static TestClient leg(RelayFixture relay, Ed25519KeyPair identity, Ticks ticks) throws IOException {
        return leg(relay, identity, ticks, relay.dial());
    }

    /** @param stream to the relay */
    static TestClient leg(RelayFixture relay, Ed25519KeyPair identity, Ticks ticks, Observed stream)
            throws IOException {
        var channels = new Channels(identity, ChannelSettings.DEFAULT, ticks);
        return new TestClient(relay, identity, stream, channels.toRelay(stream, relay.key()));
    }

    /** A leg of release 0.1.2 or before, which says what it is for outside of the keepalive layer. */
    static TestClient legacy(RelayFixture relay, Ed25519KeyPair identity, InitConnection wanted) throws IOException {
        Observed stream = relay.dial();
        var frames = new FrameStream(stream, LengthPrefix.U32, FrameStream.LEGACY_LONGEST);
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow());
        SecureChannel secure =
                SecureChannel.establish(frames, identity, Optional.of(relay.key()), ChannelSettings.DEFAULT);
        secure.send(wanted.encode());
        return new TestClient(
                relay,
                identity,
                stream,
                KeepAlive.over(secure, "the relay", ChannelSettings.DEFAULT, relay.clientTicks()));
    }

    /** A listener; returns when the relay knows it. */
    static TestClient listener(RelayFixture relay, Ed25519KeyPair identity) throws IOException {
        int before = relay.starts(Role.ACCEPTOR);
        TestClient client = leg(relay, identity);
        client.want(new InitConnection.Listen());
        RelayFixture.await().until(() -> relay.starts(Role.ACCEPTOR) > before);
        relay.awaitProcessed(client.stream);
        return client;
    }

    /** A connector; returns when the relay has served it. */
    static TestClient connector(RelayFixture relay, Ed25519KeyPair identity, Ed25519PublicKey to) throws IOException {
        TestClient client = leg(relay, identity);
        client.want(new InitConnection.Connect(octets(to)));
        relay.awaitProcessed(client.stream);
        return client;
    }

    /** An acceptor; returns when the relay has served it. */
    static TestClient acceptor(RelayFixture relay, Ed25519KeyPair identity, Ed25519PublicKey from) throws IOException {
        TestClient client = leg(relay, identity);
        client.want(new InitConnection.Accept(octets(from)));
        return client;
    }

    /** Joined: connector first. */
    record Tunnel(TestClient connector, TestClient acceptor) {}

    /** A tunnel through a listener that is there. */
    static Tunnel join(RelayFixture relay, Ed25519KeyPair from, Ed25519KeyPair to) throws IOException {
        TestClient connector = connector(relay, from, to.publicKey());
        TestClient acceptor = acceptor(relay, to, from.publicKey());
        assertJoined(connector, acceptor);
        return new Tunnel(connector, acceptor);
    }

    static Octets octets(Ed25519PublicKey key) {
        return Octets.of(key.bytes());
    }

    void want(InitConnection wanted) throws IOException {
        leg.send(wanted.encode());
    }

    Ed25519PublicKey key() {
        return identity.publicKey();
    }

    Observed stream() {
        return stream;
    }

    MessageStream messages() {
        return leg;
    }

    void send(String text) throws IOException {
        leg.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Until the relay has done its work with all that was sent. */
    void awaitProcessed() {
        relay.awaitProcessed(stream);
    }

    Optional<ByteBuffer> receive() {
        return Background.start(leg::receive).result();
    }

    String receiveText() {
        return StandardCharsets.UTF_8.decode(receive().orElseThrow()).toString();
    }

    /** Who calls next. */
    Ed25519PublicKey caller() throws IOException {
        return Ed25519PublicKey.of(
                IncomingConnection.decode(receive().orElseThrow()).publicKey().bytes());
    }

    void reject(Ed25519PublicKey caller) throws IOException {
        leg.send(new RejectConnection(octets(caller)).encode());
    }

    /** Waits for its end, before which nothing comes. */
    void assertEnds() {
        Background<Optional<ByteBuffer>> receiving = Background.start(leg::receive);
        Optional<ByteBuffer> last;
        try {
            last = receiving.result();
        } catch (AssertionError e) {
            assertThat(e.getCause())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOfAny(TimedOut.class, ConnectionLost.class);
            return;
        }
        assertThat(last).isEmpty();
    }

    /** Sends on one and receives on the other, both ways. */
    static void assertJoined(TestClient one, TestClient other) throws IOException {
        one.send("there");
        assertThat(other.receiveText()).isEqualTo("there");
        other.send("and back");
        assertThat(one.receiveText()).isEqualTo("and back");
    }

    void abort() {
        leg.abort();
    }

    @Override
    public void close() throws IOException {
        leg.close();
    }
}
