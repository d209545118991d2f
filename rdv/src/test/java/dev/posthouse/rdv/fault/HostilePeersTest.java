package dev.posthouse.rdv.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many peers that mean ill, or know no better: they are cut off, leave nothing behind, and others are served meanwhile. */
@ExtendWith(LeakCheck.class)
class HostilePeersTest {

    private static final int SLOW = 500;

    /** Garbage connections; {@code -Dposthouse.garbage=100000} for the full number, which takes minutes. */
    private static final int GARBAGE = Integer.getInteger("posthouse.garbage", 8_000);

    private static final int THREADS = 4;

    @Test
    void headsWithoutEndAreCutOffWhilePairsMeet() throws IOException {
        Limits limits = Limits.builder().head(Duration.ofSeconds(2)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits)) {
            List<RawPeer> slow = new ArrayList<>();
            for (int i = 0; i < SLOW; i++) {
                slow.add(server.connect().send(i % 2 == 0 ? "DIAL /t HTTP/1.1\r\nX: " : "D"));
            }
            int dripped = 0;
            while (server.relay().connections() > 0) {
                RelayedPair.meet(server.address(), "t" + dripped).close();
                for (RawPeer peer : slow) {
                    drip(peer);
                }
                dripped++;
            }
            assertThat(dripped).isPositive();
            Awaitility.await()
                    .until(() -> server.events(RelayEvent.Refused.class).size() == SLOW);
            assertThat(server.events(RelayEvent.Refused.class))
                    .allMatch(refused -> refused.reason() == Reason.HANDSHAKE_TIMEOUT);
            for (RawPeer peer : slow) {
                peer.close();
            }
        }
    }

    private static void drip(RawPeer peer) {
        try {
            peer.send("y");
        } catch (IOException e) {
            // cut off
        }
    }

    @Test
    @Timeout(600)
    void garbageLeavesNothingBehind() throws IOException {
        long seed = System.nanoTime();
        System.out.println("garbage seed " + seed);
        var refused = new AtomicInteger();
        try (var server = ServerFixture.start();
                RelayedPair pair = RelayedPair.meet(server.address(), "during")) {
            long heapBefore = heap();
            List<Background<?>> throwing = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                var random = new SplittableRandom(seed + t);
                InetAddress from = InetAddress.ofLiteral("127.0.0." + (2 + t));
                throwing.add(Background.run(() -> {
                    for (int i = 0; i < GARBAGE / THREADS; i++) {
                        throwGarbage(server.address(), from, random);
                    }
                }));
            }
            ByteBuffer one = ByteBuffer.allocate(1);
            pair.acceptor().readTimeout(Duration.ofSeconds(20));
            while (!throwing.stream().allMatch(Background::isDone)) {
                pair.dialer().write(one.clear());
                assertThat(pair.acceptor().read(one.clear())).isEqualTo(1);
                refused.incrementAndGet();
            }
            throwing.forEach(Background::result);
            Awaitility.await().until(() -> server.relay().connections() == 2);
            RelayedPair.meet(server.address(), "after").close();
            assertThat(server.events(RelayEvent.Fault.class)).isEmpty();
            // The events themselves are kept by this test: some hundred bytes for each connection.
            assertThat((heap() - heapBefore) / GARBAGE).isLessThan(2_048);
        }
        assertThat(refused).hasPositiveValue();
    }

    private static void throwGarbage(InetSocketAddress relay, InetAddress from, SplittableRandom random)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(relay);
        var stream = new TcpStream(channel);
        try {
            byte[] bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);
            if (random.nextInt(4) == 0) {
                byte[] start = "DIAL /".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length));
            }
            stream.write(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            // The relay was quicker.
        } finally {
            // A reset leaves no port in TIME_WAIT.
            stream.abort();
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
