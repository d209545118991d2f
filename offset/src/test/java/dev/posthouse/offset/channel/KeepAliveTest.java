package dev.posthouse.offset.channel;

import static dev.posthouse.offset.channel.ChannelPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ConnectionLost;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signs of life: sent at half time, missed at full time, both counted beside the data. The peer is by hand. */
@ExtendWith(LeakCheck.class)
class KeepAliveTest {

    private final ManualTicks ticks = new ManualTicks();
    private MemoryPair pair = MemoryPair.create();
    private KeepAlive kept;
    private RawChannel peer;

    KeepAliveTest() throws IOException {
        var other = Background.start(() -> RawChannel.establish(ChannelPair.frames(pair.right()), ChannelPair.RIGHT));
        kept = KeepAlive.over(channel(pair), "the peer", ChannelSettings.DEFAULT, ticks);
        peer = other.result();
    }

    private static SecureChannel channel(MemoryPair pair) throws IOException {
        return SecureChannel.establish(
                ChannelPair.frames(pair.left()), ChannelPair.LEFT, Optional.empty(), ChannelSettings.DEFAULT);
    }

    /** Another pair in place of the first. */
    private void over(Link link) throws IOException {
        end();
        pair = MemoryPair.create(link);
        var other = Background.start(() -> RawChannel.establish(ChannelPair.frames(pair.right()), ChannelPair.RIGHT));
        kept = KeepAlive.over(channel(pair), "the peer", ChannelSettings.DEFAULT, ticks);
        peer = other.result();
    }

    @AfterEach
    void end() {
        kept.abort();
        peer.abort();
        assertThat(ticks.registered()).isZero();
    }

    private static Optional<ByteBuffer> keepalive() {
        return Optional.empty();
    }

    private Background<Optional<ByteBuffer>> receiving() {
        return Background.start(kept::receive).awaitBlocked();
    }

    @Test
    void everyMessageIsWrappedAndKeepalivesAreHidden() throws IOException {
        kept.send(text("there"));
        assertThat(text(peer.receiveKept())).isEqualTo("there");
        peer.send(KaMessage.keepAlive(), Shape.NESTED);
        peer.sendKept(text("back"));
        peer.send(KaMessage.keepAlive(), Shape.NESTED);
        peer.sendKept(ByteBuffer.allocate(0));
        assertThat(text(kept.receive())).isEqualTo("back");
        assertThat(kept.receive()).contains(ByteBuffer.allocate(0));
    }

    @Test
    void sendsAKeepaliveAtHalfTimeAndAgain() throws IOException {
        for (int round = 0; round < 3; round++) {
            ticks.tick(16);
            assertThat(peer.receiveKept()).isEqualTo(keepalive());
        }
        ticks.tick(15);
        kept.send(text("spoken"));
        assertThat(text(peer.receiveKept())).isEqualTo("spoken");
        // What was said counts like a keepalive.
        ticks.tick(15);
        kept.send(text("nothing between"));
        assertThat(text(peer.receiveKept())).isEqualTo("nothing between");
        ticks.tick(16);
        assertThat(peer.receiveKept()).isEqualTo(keepalive());
    }

    @Test
    void closesAtFullTimeAndSaysSo() {
        var receiving = receiving();
        ticks.tick(31);
        assertThat(pair.left().isOpen()).isTrue();
        ticks.tick();
        assertThat(receiving.failure())
                .isInstanceOf(ConnectionLost.class)
                .hasMessageContaining("the peer was silent for 32 s");
        assertThat(pair.left().isOpen()).isFalse();
    }

    @Test
    void whoeverSendsHearsOfTheSilenceTooBlockedOrLater() throws IOException {
        over(Link.DEFAULT.withBufferSize(300));
        var receiving = receiving();
        var blocked =
                Background.run(() -> kept.send(ChannelPair.noise(100_000))).awaitBlocked();
        ticks.tick(32);
        for (Throwable failure : new Throwable[] {receiving.failure(), blocked.failure()}) {
            assertThat(failure).isInstanceOf(ConnectionLost.class).hasMessage("the peer was silent for 32 s");
        }
        assertThatThrownBy(() -> kept.send(text("later"))).hasMessage("the peer was silent for 32 s");
        assertThatThrownBy(kept::receive).hasMessage("the peer was silent for 32 s");
    }

    /** A tunnel's keepalives run over those of the leg to the relay, and both notice. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoWasSilentIsTheRelayUnlessThatLives(boolean relayLives) throws IOException {
        MemoryPair between = MemoryPair.create();
        ChannelSettings settings = ChannelSettings.DEFAULT;
        var relay = Background.start(() -> SecureChannel.establish(
                ChannelPair.frames(between.right()), ChannelPair.RIGHT, Optional.empty(), settings));
        KeepAlive leg = KeepAlive.over(channel(between), "the relay", settings, ticks);
        KeepAlive farLeg = KeepAlive.over(relay.result(), "the client", settings, new ManualTicks());
        var far =
                Background.start(() -> SecureChannel.establish(farLeg, ChannelPair.RIGHT, Optional.empty(), settings));
        KeepAlive tunnel = KeepAlive.within(
                leg,
                SecureChannel.establish(leg, ChannelPair.LEFT, Optional.empty(), settings),
                "the peer",
                settings,
                ticks);
        far.result();
        var receiving = Background.start(tunnel::receive).awaitBlocked();

        ticks.tick(16);
        if (relayLives) {
            farLeg.channel().send(KaMessage.keepAlive());
            farLeg.channel().rekey();
            // What came before it was heard.
            Awaitility.await().until(() -> leg.channel().rekeys() == 1);
        }
        ticks.tick(16);

        String why = (relayLives ? "the peer" : "the relay") + " was silent for 32 s";
        assertThat(receiving.failure()).isInstanceOf(ConnectionLost.class).hasMessage(why);
        assertThatThrownBy(() -> tunnel.send(text("later"))).hasMessage(why);
        farLeg.abort();
        leg.abort();
    }

    @Test
    void anySignOfLifeStartsTheTimeAnew() throws IOException {
        var receiving = receiving();
        for (int round = 0; round < 5; round++) {
            ticks.tick(31);
            peer.send(KaMessage.keepAlive(), Shape.NESTED);
            // What follows it was read after it.
            peer.sendKept(text("round"));
            assertThat(text(receiving.result())).isEqualTo("round");
            receiving = receiving();
        }
        ticks.tick(32);
        assertThat(receiving.failure()).isInstanceOf(ConnectionLost.class);
    }

    @Test
    void silenceDoesNotCountWhileNobodyReceives() throws IOException {
        ticks.tick(1_000);
        assertThat(pair.left().isOpen()).isTrue();
        peer.sendKept(text("late"));
        assertThat(text(kept.receive())).isEqualTo("late");
        ticks.tick(1_000);
        var receiving = receiving();
        ticks.tick(31);
        assertThat(receiving.isDone()).isFalse();
        ticks.tick();
        assertThat(receiving.failure()).isInstanceOf(ConnectionLost.class);
    }

    @Test
    void keepalivesGoOnWhileThePeerIsHeardAndItsOwnSenderIsBlocked() throws IOException {
        over(Link.DEFAULT.withBufferSize(300));
        var blocked = Background.run(() -> kept.send(ChannelPair.noise(100_000)));
        blocked.awaitBlocked();
        var receiving = receiving();
        // 60 ticks and more with a peer that does not read, but says that it lives.
        for (int round = 0; round < 5; round++) {
            ticks.tick(16);
            peer.send(KaMessage.keepAlive(), Shape.NESTED);
            peer.sendKept(text("alive"));
            assertThat(text(receiving.result())).isEqualTo("alive");
            receiving = receiving();
        }
        assertThat(blocked.isDone()).isFalse();
        assertThat(peer.receiveKept().orElseThrow().remaining()).isEqualTo(100_000);
        blocked.result();
        // Two keepalives were waiting behind it, however many were due.
        assertThat(peer.receiveKept()).isEqualTo(keepalive());
        assertThat(peer.receiveKept()).isEqualTo(keepalive());
        var next = Background.run(() -> kept.send(text("next")));
        assertThat(text(peer.receiveKept())).isEqualTo("next");
        next.result();
        kept.abort();
        assertThat(receiving.failure()).isInstanceOf(IOException.class);
    }

    /** By which a relay tells a reader that pauses from one that is gone. */
    @Test
    void aPeerThatTakesNothingAndSaysThatItLivesCountsAsOneThatTakes() throws IOException {
        over(Link.DEFAULT.withBufferSize(300));
        var blocked =
                Background.run(() -> kept.send(ChannelPair.noise(100_000))).awaitBlocked();
        long taken = kept.lastTaken().orElseThrow();
        assertThat(kept.lastTaken()).hasValue(taken);
        var receiving = receiving();

        long before = System.nanoTime();
        peer.send(KaMessage.keepAlive(), Shape.NESTED);
        peer.sendKept(text("alive"));
        assertThat(text(receiving.result())).isEqualTo("alive");

        assertThat(kept.lastTaken().orElseThrow() - before).isPositive();
        kept.abort();
        assertThat(blocked.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void oneStalledChannelHoldsUpNobodyElsesKeepalives() throws IOException {
        over(Link.DEFAULT.withBufferSize(300));
        var blocked = Background.run(() -> kept.send(ChannelPair.noise(100_000)));
        blocked.awaitBlocked();
        MemoryPair neighbours = MemoryPair.create();
        var other =
                Background.start(() -> RawChannel.establish(ChannelPair.frames(neighbours.right()), ChannelPair.RIGHT));
        KeepAlive neighbour = KeepAlive.over(channel(neighbours), "the peer", ChannelSettings.DEFAULT, ticks);
        RawChannel heard = other.result();
        for (int round = 0; round < 4; round++) {
            ticks.tick(16);
            assertThat(heard.receiveKept()).isEqualTo(keepalive());
        }
        neighbour.abort();
        heard.abort();
        kept.abort();
        assertThat(blocked.failure()).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNoKaMessageEndsIt() throws IOException {
        peer.send(ByteBuffer.wrap(new byte[] {0x55, 1}), Shape.NESTED);
        assertThatThrownBy(kept::receive).isInstanceOf(ProtocolViolation.class);
        assertThat(ticks.registered()).isZero();
    }

    @Test
    void endOfThePeerEndsTheTicksToo() throws IOException {
        pair.right().close();
        assertThat(kept.receive()).isEmpty();
        assertThat(ticks.registered()).isZero();
    }

    @Test
    void closingEndsTheTicksThoughThePeerDoesNotClose() throws IOException {
        kept.close();
        assertThat(ticks.registered()).isZero();
        ticks.tick(100);
    }

    @Test
    void rekeysWithTheSameTicks() throws IOException {
        MemoryPair between = MemoryPair.create();
        ChannelSettings settings = ChannelSettings.DEFAULT.withRekeyTicks(5);
        var far = Background.start(() -> SecureChannel.establish(
                ChannelPair.frames(between.right()), ChannelPair.RIGHT, Optional.empty(), settings));
        KeepAlive near = KeepAlive.over(
                SecureChannel.establish(
                        ChannelPair.frames(between.left()), ChannelPair.LEFT, Optional.empty(), settings),
                "the peer",
                settings,
                ticks);
        KeepAlive other = KeepAlive.over(far.result(), "the peer", settings, ticks);
        var reading = Background.start(near::receive);
        var readingThere = Background.start(other::receive);
        for (int round = 1; round <= 4; round++) {
            ticks.tick(6);
            int now = round;
            Awaitility.await()
                    .until(() ->
                            near.channel().rekeys() == now && other.channel().rekeys() == now);
        }
        near.send(text("after"));
        other.send(text("too"));
        assertThat(text(readingThere.result())).isEqualTo("after");
        assertThat(text(reading.result())).isEqualTo("too");
        near.abort();
        other.abort();
    }
}
