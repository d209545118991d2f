package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.Reason;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the original gets wrong (spec 13.1), each as it is here. */
@ExtendWith(LeakCheck.class)
class DefectsTest {

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();

    private static final int MESSAGE = 256 * 1_024;

    private static byte[] noise() {
        byte[] noise = new byte[MESSAGE];
        new SplittableRandom(11).nextBytes(noise);
        return noise;
    }

    private static ByteBuffer message(byte[] noise, int number) {
        return ByteBuffer.wrap(noise.clone()).putInt(0, number);
    }

    private static FrameStream frames(RelayFixture relay) throws IOException {
        var frames = new FrameStream(relay.dial(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow());
        return frames;
    }

    /** #1. */
    @Test
    void silentClientsHoldUpNobody() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            for (int i = 0; i < 20; i++) {
                assertThat(TestClient.leg(relay, Ed25519KeyPair.generate()).stream()
                                .isOpen())
                        .isTrue();
            }
            TestClient.listener(relay, D);
            TestClient.join(relay, C, D);
            assertThat(relay.events(RelayEvent.Refused.class)).isEmpty();
        }
    }

    /** #2. */
    @ParameterizedTest
    @ValueSource(longs = {1L << 40, Long.MIN_VALUE, -1, Integer.MAX_VALUE, FrameStream.DEFAULT_LONGEST + 1})
    void announcedLengthThatIsTooLongIsCutOffWithAReasonAndLittleIsAllocated(long length) throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (RelayFixture relay = RelayFixture.start()) {
            Observed stream = relay.dial();
            var frames = new FrameStream(stream, LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
            frames.send(Version.frame());
            Version.check(frames.receive().orElseThrow());
            long before = threads.getTotalThreadAllocatedBytes();
            stream.write(ByteBuffer.allocate(8).putLong(0, length));
            assertThat(relay.awaitRefusal(Reason.PROTOCOL_ERROR).detail())
                    .isEqualTo("a frame has at most 8192 bytes, not " + Long.toUnsignedString(length));
            assertThat(threads.getTotalThreadAllocatedBytes() - before).isLessThan(16 << 20);
            frames.abort();
        }
    }

    /** #4: two of them froze the original on two cores. */
    @Test
    void recordsThatAreTooShortAreCutOffAndTheRelayGoesOn() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            List<RawChannel> all = new ArrayList<>();
            for (int length = 0; length < 28; length++) {
                RawChannel client = RawChannel.establish(frames(relay), Ed25519KeyPair.generate());
                all.add(client);
                client.sendRecord(ByteBuffer.allocate(length));
            }
            RelayFixture.await()
                    .until(() -> relay.events(RelayEvent.Refused.class).size() == 28);
            assertThat(relay.events(RelayEvent.Refused.class))
                    .allMatch(refused -> refused.reason() == Reason.PROTOCOL_ERROR);
            TestClient.join(relay, C, D);
            all.forEach(RawChannel::abort);
        }
    }

    /** #5: ten seconds of it cut the original's tunnel. */
    @Test
    void receiverThatStallsForSixtyTicksAndMoreLosesNothing() throws IOException {
        int count = 200;
        byte[] noise = noise();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            TestClient.Tunnel tunnel = TestClient.join(relay, C, D);
            var sending = Background.run(() -> {
                for (int i = 0; i < count; i++) {
                    tunnel.connector().messages().send(message(noise, i));
                }
            });
            var hearing = Background.start(tunnel.connector().messages()::receive);
            relay.awaitStalled(tunnel);
            sending.awaitBlocked();
            for (int ticks = 0; ticks < 64; ticks += 16) {
                // The stalled client's own keepalives go on; so do the relay's to the client that is blocked.
                long before = tunnel.acceptor().stream().written();
                long listenerBefore = listener.stream().written();
                relay.clientTicks().tick(16);
                RelayFixture.await()
                        .until(() -> tunnel.acceptor().stream().written() > before
                                && listener.stream().written() > listenerBefore);
                tunnel.acceptor().awaitProcessed();
                listener.awaitProcessed();
                long said = relay.written(tunnel.connector().stream());
                relay.ticks().tick(16);
                RelayFixture.await().until(() -> relay.written(tunnel.connector().stream()) > said);
                relay.awaitHeard(tunnel.connector().stream());
            }
            assertThat(sending.isDone()).isFalse();
            assertThat(hearing.isDone()).isFalse();
            for (int i = 0; i < count; i++) {
                assertThat(tunnel.acceptor().receive()).contains(message(noise, i));
            }
            sending.result();
            tunnel.acceptor().send("thanks");
            assertThat(hearing.result()).isPresent();
            TestClient.assertJoined(tunnel.connector(), tunnel.acceptor());
        }
    }

    /** The same in real seconds: {@code -Dposthouse.stall=60}. */
    @Test
    @EnabledIfSystemProperty(named = "posthouse.stall", matches = "[1-9][0-9]*")
    @Timeout(600)
    void receiverThatStallsForSecondsLosesNothing() throws IOException, InterruptedException {
        int count = 200;
        byte[] noise = noise();
        try (RelayFixture relay =
                        RelayFixture.with().running(Duration.ofSeconds(1)).start();
                TickClock clock = TickClock.start(Duration.ofSeconds(1))) {
            TestClient listener = TestClient.leg(relay, D, clock);
            listener.want(new InitConnection.Listen());
            relay.awaitEvent(RelayEvent.WaitStarted.class, 1);
            TestClient connector = TestClient.leg(relay, C, clock);
            connector.want(new InitConnection.Connect(TestClient.octets(D.publicKey())));
            assertThat(listener.caller()).isEqualTo(C.publicKey());
            var listening = Background.start(listener.messages()::receive);
            TestClient acceptor = TestClient.leg(relay, D, clock);
            acceptor.want(new InitConnection.Accept(TestClient.octets(C.publicKey())));
            var sending = Background.run(() -> {
                for (int i = 0; i < count; i++) {
                    connector.messages().send(message(noise, i));
                }
            });
            var hearing = Background.start(connector.messages()::receive);
            sending.awaitBlocked();
            assertThat(new CountDownLatch(1).await(Long.getLong("posthouse.stall"), TimeUnit.SECONDS))
                    .isFalse();
            assertThat(sending.isDone()).isFalse();
            assertThat(hearing.isDone()).isFalse();
            for (int i = 0; i < count; i++) {
                assertThat(acceptor.receive()).contains(message(noise, i));
            }
            sending.result();
            acceptor.send("thanks");
            assertThat(hearing.result()).isPresent();
            listener.abort();
            assertThat(listening.failure()).isInstanceOf(IOException.class);
        }
    }

    /** #7. The old listener hangs: it neither reads nor ends. */
    @Test
    void deadListenerDoesNotBlockItsOwner() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient dead = TestClient.listener(relay, D);
            TestClient alive = TestClient.listener(relay, D);
            TestClient.join(relay, C, D);
            assertThat(alive.caller()).isEqualTo(C.publicKey());
            dead.assertEnds();
        }
    }

    /** #8. */
    @Test
    void deadConnectorDoesNotBlockItsRetry() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient dead = TestClient.connector(relay, C, D.publicKey());
            TestClient.join(relay, C, D);
            dead.assertEnds();
        }
    }

    /** #10: nine of 24 were dropped. */
    @Test
    void fiftyThatConnectAtOnceAllGetThrough() throws IOException {
        int count = 50;
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            var start = new CountDownLatch(1);
            List<Background<TestClient>> connecting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Ed25519KeyPair identity = Ed25519KeyPair.generate();
                TestClient leg = TestClient.leg(relay, identity);
                connecting.add(Background.start(() -> {
                    start.await();
                    leg.want(new InitConnection.Connect(TestClient.octets(D.publicKey())));
                    leg.send("from " + identity.publicKey());
                    return leg;
                }));
            }
            start.countDown();
            Set<Ed25519PublicKey> told = new HashSet<>();
            for (int i = 0; i < count; i++) {
                Ed25519PublicKey caller = listener.caller();
                assertThat(told.add(caller)).isTrue();
                assertThat(TestClient.acceptor(relay, D, caller).receiveText()).isEqualTo("from " + caller);
            }
            connecting.forEach(Background::result);
            assertThat(relay.events(RelayEvent.Refused.class)).isEmpty();
            assertThat(relay.services().circuits().running()).hasSize(count);
        }
    }

    /** Spec 2: who sends and ends at once loses nothing, though signs of life lie unread at its own end. */
    @RepeatedTest(20)
    void sourceThatEndsAtOnceHasSentEverything() throws IOException {
        int count = (8 << 20) / MESSAGE;
        byte[] noise = noise();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient.Tunnel tunnel = TestClient.join(relay, C, D);
            var heard = new AtomicInteger();
            var receiving = Background.start(() -> {
                for (int i = 0; i < count; i++) {
                    Optional<ByteBuffer> next = tunnel.acceptor().messages().receive();
                    assertThat(next).contains(message(noise, i));
                    // Somebody speaks to the source, which does not listen.
                    tunnel.acceptor().send("heard " + i);
                    heard.incrementAndGet();
                }
                return tunnel.acceptor().messages().receive();
            });
            for (int i = 0; i < count; i++) {
                tunnel.connector().messages().send(message(noise, i));
                if (i % 8 == 0) {
                    // Nobody is silent for too long: both have just been heard.
                    int sent = i;
                    RelayFixture.await().until(() -> heard.get() > sent);
                    tunnel.connector().awaitProcessed();
                    tunnel.acceptor().awaitProcessed();
                    relay.ticks().tick(16);
                }
            }
            tunnel.connector().close();
            assertThat(receiving.result()).isEmpty();
            tunnel.acceptor().close();
        }
    }
}
