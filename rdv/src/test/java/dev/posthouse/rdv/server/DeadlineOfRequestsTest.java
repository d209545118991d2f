package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.relay.limit.AddressKey;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From accept to a request in order there is one deadline, whatever a peer does in that time: it is not begun anew. */
@ExtendWith(LeakCheck.class)
class DeadlineOfRequestsTest {

    private static final Limits SHORT =
            Limits.builder().head(Duration.ofSeconds(2)).build();

    /** Far past the deadline; and far before what a deadline for each of 32 requests would let somebody stay. */
    private static final Duration OVER = Duration.ofSeconds(20);

    @Test
    void badRequestAgainAndAgainDoesNotProlongIt() throws Exception {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), SHORT);
                RawPeer peer = server.connect()) {
            long start = System.nanoTime();
            try {
                while (System.nanoTime() - start < OVER.toNanos()) {
                    peer.send("GET / HTTP/1.1\r\nHost: relay\r\n\r\n");
                    assertThat(peer.head()).contains("HTTP/1.1 426");
                    await().pollDelay(Duration.ofMillis(900)).until(() -> true);
                }
            } catch (IOException e) {
                // The relay has had enough of it.
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(OVER);
            await().until(() -> server.relay().connections() == 0);
        }
    }

    /** Answers that are never read stand in the way of those behind them; the deadline holds for writing, too. */
    @Test
    void answersThatAreNeverReadDoNotProlongIt() throws Exception {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), SHORT)) {
            List<Thread> writers = new ArrayList<>();
            List<RawPeer> peers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawPeer peer = server.connect();
                peers.add(peer);
                writers.add(Thread.startVirtualThread(() -> {
                    try {
                        while (true) {
                            peer.stream()
                                    .write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: relay\r\n\r\n"
                                            .repeat(1_000)
                                            .getBytes(StandardCharsets.US_ASCII)));
                        }
                    } catch (IOException e) {
                        // The relay has had enough of it.
                    }
                }));
            }
            await().atMost(OVER).until(() -> server.relay().connections() == 0);
            for (Thread writer : writers) {
                writer.join();
            }
            for (RawPeer peer : peers) {
                peer.close();
            }
            assertThat(server.relay().services().connections().open(AddressKey.of(InetAddress.getLoopbackAddress())))
                    .isZero();
        }
    }
}
