package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.Channels;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that mean ill, or know no better: what they cost is bounded, and their neighbours do not notice. */
@ExtendWith(LeakCheck.class)
class HostileClientsTest {

    private static final Ed25519KeyPair C = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair D = Ed25519KeyPair.generate();

    /** Callers that wait and say nothing; {@code -Dposthouse.idle=8000} for as many as descriptors allow. */
    private static final int IDLE = Integer.getInteger("posthouse.idle", 400);

    private static final int CALLERS = 300;

    private static RawChannel raw(FrameStream frames, Ed25519KeyPair identity) throws IOException {
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow());
        return RawChannel.establish(frames, identity);
    }

    private static FrameStream frames(ByteStream stream) {
        return new FrameStream(stream, LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
    }

    private static InitConnection connect(Ed25519KeyPair to) {
        return new InitConnection.Connect(TestClient.octets(to.publicKey()));
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void emptyMessagesThatAreSentEarlyHaveABoundToo() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            RawChannel flood = raw(frames(relay.dialInMemory(Link.DEFAULT)), C);
            flood.sendKept(connect(D).encode());
            RelayFixture.await().until(() -> relay.starts(Role.DIALER) == 1);
            var sent = new AtomicLong();
            var sending = Background.run(() -> {
                while (true) {
                    flood.sendKept(ByteBuffer.allocate(0));
                    sent.incrementAndGet();
                }
            });
            // It blocks for good: the relay does not read on.
            awaitStill(sent);
            sending.awaitBlocked();
            flood.abort();
            assertThat(sending.failure()).isInstanceOf(IOException.class);
            // And the end behind what was not read is noticed when its ticks have passed.
            assertThat(relay.ends(Role.DIALER)).isEmpty();
            relay.ticks().tick(32);
            assertThat(relay.awaitEnds(Role.DIALER, 1)).containsExactly(Reason.NO_PEER);
        }
    }

    /** Until it has begun to grow and has not for a while. */
    private static void awaitStill(AtomicLong count) {
        long last = -1;
        for (int still = 0; still < 20; ) {
            long now = count.get();
            still = now > 0 && now == last ? still + 1 : 0;
            last = now;
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** A keepalive layer's message of one byte whose segment is a mebibyte of zeroes: a kilobyte, packed. */
    private static ByteBuffer inflated() {
        ByteBuffer small = KaMessage.message(ByteBuffer.wrap(new byte[] {1}));
        // The table's word: one segment, its words in bytes 4 to 6. What follows is the segment's first words, packed.
        int words = 0x02_01_01;
        assertThat(small.get()).isEqualTo((byte) 0x10);
        int first = small.get();
        ByteBuffer large = ByteBuffer.allocate(2_048);
        large.put((byte) 0x70).put((byte) words).put((byte) (words >> 8)).put((byte) (words >> 16));
        large.put(small);
        int left = words - first;
        for (; left > 256; left -= 256) {
            large.put((byte) 0).put((byte) 255);
        }
        return large.put((byte) 0).put((byte) (left - 1)).flip();
    }

    /** One thousand five hundred mebibytes were they kept as they are unpacked: more than the tests' heap. */
    @Test
    void smallMessagesInLargeOnesAreKeptSmall() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            RawChannel caller = raw(frames(relay.dial()), C);
            caller.sendKept(connect(D).encode());
            RelayFixture.await().until(() -> relay.starts(Role.DIALER) == 1);
            ByteBuffer inflated = inflated();
            assertThat(KaMessage.decode(inflated, FrameStream.DEFAULT_LONGEST))
                    .contains(ByteBuffer.wrap(new byte[] {1}));
            long before = heap();
            for (int i = 0; i < 1_500; i++) {
                caller.send(inflated.duplicate(), Shape.NESTED);
            }
            caller.sendKept(ByteBuffer.wrap(new byte[] {2}));
            TestClient acceptor = TestClient.acceptor(relay, D, C.publicKey());
            for (int i = 0; i < 1_500; i++) {
                assertThat(acceptor.receive()).contains(ByteBuffer.wrap(new byte[] {1}));
            }
            assertThat(acceptor.receive()).contains(ByteBuffer.wrap(new byte[] {2}));
            assertThat(heap() - before).isLessThan(64 << 20);
            caller.abort();
        }
    }

    /** Sixty-four kibibytes and a message; what comes beyond waits with the connector, and what is kept is counted. */
    @Test
    void whatIsSentEarlyIsKeptUpToABoundAndCounted() throws IOException {
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            RawChannel flood = raw(frames(relay.dial()), C);
            flood.sendKept(connect(D).encode());
            RelayFixture.await().until(() -> relay.starts(Role.DIALER) == 1);
            MemoryBudget memory = relay.services().connections().memory();
            long before = memory.held();
            var sent = new AtomicLong();
            byte[] noise = new byte[48 * 1_024];
            new SplittableRandom(11).nextBytes(noise);
            var sending = Background.run(() -> {
                while (true) {
                    flood.sendKept(ByteBuffer.wrap(noise));
                    sent.incrementAndGet();
                }
            });
            awaitStill(sent);
            sending.awaitBlocked();
            // Two are kept, and the last one's turn, in three copies at most, is not over.
            assertThat(memory.held() - before).isBetween(2L * noise.length, 6L * noise.length);
            flood.abort();
            assertThat(sending.failure()).isInstanceOf(IOException.class);
            relay.ticks().tick(32);
            relay.awaitEnds(Role.DIALER, 1);
            RelayFixture.await().until(() -> memory.held() < before);
        }
    }

    /** A kilobyte on the wire that is a mebibyte here counts as what it is here, until the next one is asked for. */
    @Test
    void whatAPackedMessageUnpacksToIsCounted() throws IOException {
        MemoryPair pair = MemoryPair.create();
        var ticks = new ManualTicks(Duration.ofSeconds(5));
        var memory = new MemoryBudget(0, 0);
        Holding client = memory.open("client");
        Holding partner = memory.open("partner");
        var relay = Background.start(() -> new Channels(RelayFixture.RELAY, ChannelSettings.DEFAULT, ticks)
                .fromClient(pair.right(), LengthPrefix.U64, client));
        RawChannel caller = raw(frames(pair.left()), C);
        KeepAlive kept = KeepAlive.over(relay.result(), "the client", ChannelSettings.DEFAULT, ticks);

        caller.send(inflated(), Shape.NESTED);
        assertThat(kept.receive()).contains(ByteBuffer.wrap(new byte[] {1}));
        assertThat(client.held()).isBetween(2L << 20, 5L << 20);

        // Once it is joined with another, that one's share is what its messages take.
        relay.result().holdFor(partner);
        caller.send(inflated(), Shape.NESTED);
        assertThat(kept.receive()).contains(ByteBuffer.wrap(new byte[] {1}));
        assertThat(client.held()).isZero();
        assertThat(partner.held()).isBetween(2L << 20, 5L << 20);

        caller.sendKept(ByteBuffer.wrap(new byte[] {2}));
        assertThat(kept.receive()).contains(ByteBuffer.wrap(new byte[] {2}));
        assertThat(memory.held()).isLessThan(10_000);
        kept.abort();
        caller.abort();
    }

    @Test
    @Timeout(600)
    void idleCallersCostLittleAndHoldUpNobody() throws IOException {
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient listener = TestClient.listener(relay, D);
            var told = Background.run(() -> {
                for (int i = 0; i < IDLE; i++) {
                    assertThat(listener.messages().receive()).isPresent();
                }
            });
            List<RawChannel> idle = new ArrayList<>();
            long before = heap();
            for (int i = 0; i < IDLE; i++) {
                RawChannel caller = raw(frames(relay.dial()), Ed25519KeyPair.generate());
                caller.sendKept(connect(D).encode());
                idle.add(caller);
            }
            RelayFixture.await().until(() -> relay.starts(Role.DIALER) == IDLE);
            told.result();
            // Both ends of each are in this process.
            assertThat((heap() - before) / IDLE).isLessThan(64 * 1_024);
            TestClient.listener(relay, other);
            TestClient.join(relay, C, other);
            relay.ticks().tick(32);
            relay.awaitEnds(Role.DIALER, IDLE + 1);
            idle.forEach(RawChannel::abort);
        }
    }

    @Test
    void listenerThatNeverReadsIsCutOffAndItsNeighboursAreNotDisturbed() throws IOException {
        Ed25519KeyPair other = Ed25519KeyPair.generate();
        try (RelayFixture relay = RelayFixture.start()) {
            RawChannel deaf = raw(frames(relay.dialInMemory(Link.DEFAULT.withBufferSize(1_024))), D);
            deaf.sendKept(new InitConnection.Listen().encode());
            RelayFixture.await().until(() -> relay.starts(Role.ACCEPTOR) == 1);
            TestClient.listener(relay, other);
            List<RawChannel> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                RawChannel caller = raw(frames(relay.dial()), Ed25519KeyPair.generate());
                caller.sendKept(connect(D).encode());
                callers.add(caller);
            }
            RelayFixture.await().until(() -> relay.starts(Role.DIALER) == CALLERS);
            // Past what waits for the listener, callers are refused with a reason.
            assertThat(relay.awaitRefusal(Reason.LIMIT_PEER).detail()).contains("has not fetched");
            int refused = relay.events(RelayEvent.Refused.class).size();
            assertThat(refused).isLessThan(CALLERS - 256);
            TestClient.join(relay, C, other);
            // It says nothing either, and is given up, with those that wait for it.
            relay.ticks().tick(32);
            assertThat(relay.awaitEnds(Role.ACCEPTOR, 1)).contains(Reason.PEER_GONE);
            relay.awaitEnds(Role.DIALER, CALLERS + 1);
            deaf.abort();
            callers.forEach(RawChannel::abort);
        }
    }

    // ---- the article's argument

    /** C talks to a slow D and a fast E through one relay: E does not notice, and the relay holds no more for D. */
    @Test
    void fastReceiverGetsEverythingWhileASlowOneReadsNothing() throws IOException {
        Ed25519KeyPair fast = Ed25519KeyPair.generate();
        byte[] noise = new byte[256 * 1_024];
        new SplittableRandom(3).nextBytes(noise);
        try (RelayFixture relay = RelayFixture.start()) {
            TestClient.listener(relay, D);
            TestClient.listener(relay, fast);
            TestClient.Tunnel toSlow = TestClient.join(relay, C, D);
            TestClient.Tunnel toFast = TestClient.join(relay, C, fast);
            var stalled = Background.run(() -> {
                while (true) {
                    toSlow.connector().messages().send(ByteBuffer.wrap(noise));
                }
            });
            stalled.awaitBlocked();
            long before = heap();
            for (int round = 0; round < 4; round++) {
                var sending = Background.run(() -> {
                    for (int i = 0; i < 64; i++) {
                        toFast.connector().messages().send(ByteBuffer.wrap(noise));
                    }
                });
                for (int i = 0; i < 64; i++) {
                    assertThat(toFast.acceptor().receive()).contains(ByteBuffer.wrap(noise));
                }
                sending.result();
                assertThat(heap() - before).isLessThan(16 << 20);
            }
            assertThat(stalled.isDone()).isFalse();
            assertThat(toSlow.acceptor().receive()).contains(ByteBuffer.wrap(noise));
            toSlow.acceptor().abort();
            assertThat(stalled.failure()).isInstanceOf(IOException.class);
        }
    }
}
