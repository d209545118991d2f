package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.rdv.Vectors;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who meets whom, who is sent away and with which words (spec 3, 2.5). */
@ExtendWith(LeakCheck.class)
class LobbyTest {

    @ParameterizedTest
    @CsvSource({"DIAL, ACCEPT", "ACCEPT, DIAL"})
    void whoComesFirstIsMatchedByALaterPartner(String first, String second) throws IOException {
        try (var server = ServerFixture.start();
                RawPeer one = server.waiting(first, "t");
                RawPeer other = server.connect().send(RawPeer.request(second, "t"))) {
            assertThat(one.head())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("Rdv-Peer-Addrs: 127.0.0.1:" + other.local().getPort());
            assertThat(other.head())
                    .contains("Rdv-Peer-Addrs: 127.0.0.1:" + one.local().getPort());
        }
    }

    @Test
    void newerOfTheSameMethodTakesThePlace() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer older = server.waiting("DIAL", "t");
                RawPeer newer = server.connect().send(RawPeer.request("DIAL", "t"))) {
            assertThat(older.rest()).isEqualTo(Vectors.text("31-late-409-replaced.http"));
            try (RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
                assertThat(newer.head()).startsWith("HTTP/1.1 101");
                assertThat(acceptor.head()).startsWith("HTTP/1.1 101");
            }
        }
    }

    /**
     * The older one is in the middle of meeting a dialer that has just died, waiting for it or come to it; the newer one waits when the
     * older comes back to the lobby.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void newerStaysWhenAnOlderComesBackFromADialerThatHasDied(boolean olderWaits) throws Exception {
        var meeting = new CompletableFuture<Void>();
        var goOn = new CompletableFuture<Void>();
        var first = new AtomicBoolean(true);
        RdvServer handled = RdvServer.builder()
                .handler((dialer, acceptor) -> {
                    if (first.getAndSet(false)) {
                        meeting.complete(null);
                        goOn.orTimeout(30, TimeUnit.SECONDS).join();
                    }
                    return PairHandler.Verdict.RELAY;
                })
                .build();
        try (var server = ServerFixture.start(handled, Limits.DEFAULT);
                RawPeer one = server.waiting(olderWaits ? "ACCEPT" : "DIAL", "t");
                RawPeer two = server.connect().send(RawPeer.request(olderWaits ? "DIAL" : "ACCEPT", "t"))) {
            RawPeer older = olderWaits ? one : two;
            meeting.orTimeout(30, TimeUnit.SECONDS).join();
            (olderWaits ? two : one).reset();
            try (RawPeer newer = server.waiting("ACCEPT", "t")) {
                goOn.complete(null);
                assertThat(older.rest()).isEqualTo(Vectors.text("31-late-409-replaced.http"));
                try (RawPeer dialer = server.connect().send(RawPeer.request("DIAL", "t"))) {
                    assertThat(newer.head()).startsWith("HTTP/1.1 101");
                    assertThat(dialer.head()).startsWith("HTTP/1.1 101");
                }
            }
        }
    }

    /** Its request is kept, and long headers of many peers are much memory. */
    @Test
    void requestOfWhoWaitsIsCounted() throws IOException {
        String padding = "x".repeat(10_000);
        try (var server = ServerFixture.start(RdvServer.withDefaults(), Limits.DEFAULT)) {
            var memory = server.relay().services().connections().memory();
            RawPeer peer = server.connect()
                    .send(RawPeer.request("DIAL", "t").replace("\r\n\r\n", "\r\nPadding: " + padding + "\r\n\r\n"));
            Awaitility.await().until(() -> server.relay().services().admission().waiting() == 1);
            assertThat(memory.held()).isBetween(10_000L, 20_000L);
            peer.reset();
            Awaitility.await().until(() -> memory.held() == 0);
        }
    }

    @Test
    void newerThatIsRefusedCostsTheOlderNothing() throws IOException {
        Limits limits = Limits.builder().waitingPerAddress(1).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer older = server.waiting("DIAL", "t");
                RawPeer newer = server.connect().send(RawPeer.request("DIAL", "t"))) {
            assertThat(newer.rest()).startsWith("HTTP/1.1 503").endsWith("too many peers of your address are waiting");
            try (RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
                assertThat(older.head()).startsWith("HTTP/1.1 101");
                assertThat(acceptor.head()).startsWith("HTTP/1.1 101");
            }
            assertThat(server.relay().services().admission().waiting()).isZero();
        }
    }

    @Test
    void whoWaitsTooLongIsTold() throws IOException {
        Limits limits = Limits.builder().lobby(Duration.ofMillis(50)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer peer = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
            assertThat(peer.rest()).isEqualTo(Vectors.text("30-late-408-lobby-timeout.http"));
            assertThat(server.awaitEvent(RelayEvent.WaitEnded.class).reason()).isEqualTo(Reason.NO_PEER);
        }
    }

    @Test
    void earlyByteIsRefusedAndThePlaceIsFree() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.waiting("DIAL", "t").send("x")) {
            assertThat(peer.rest()).isEqualTo(Vectors.text("32-late-400-early-data.http"));
            assertThat(server.awaitEvent(RelayEvent.WaitEnded.class).reason()).isEqualTo(Reason.PROTOCOL_ERROR);
            Awaitility.await().until(() -> server.relay().services().admission().waiting() == 0);
        }
    }

    @Test
    void earlyByteBehindTheRequestIsRefused() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send(RawPeer.request("DIAL", "t") + "x")) {
            assertThat(peer.rest()).isEqualTo(Vectors.text("32-late-400-early-data.http"));
        }
    }

    @Test
    void halfCloseWhileWaitingCountsAsGone() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.waiting("DIAL", "t").end()) {
            assertThat(peer.rest()).isEqualTo(Vectors.text("32-late-400-early-data.http"));
            assertThat(server.awaitEvent(RelayEvent.WaitEnded.class).reason()).isEqualTo(Reason.PEER_GONE);
        }
    }

    @Test
    void drainSendsWaitersAwayAndCircuitsGoOn() throws Exception {
        try (var server = ServerFixture.start();
                RawPeer dialer = server.waiting("DIAL", "circuit");
                RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "circuit"))) {
            dialer.head();
            acceptor.head();
            dialer.send("CONTINUE\n");
            assertThat(acceptor.read(9)).isEqualTo("CONTINUE\n");
            // The acceptor hears of it first.
            server.awaitEvent(RelayEvent.CircuitOpened.class);
            try (RawPeer waiter = server.waiting("DIAL", "t")) {
                assertThat(server.relay().drain(Duration.ZERO)).isFalse();
                assertThat(waiter.rest()).isEqualTo(Vectors.text("33-late-503-shutdown.http"));
            }
            dialer.send("still here").end();
            assertThat(acceptor.end().rest()).isEqualTo("still here");
            assertThat(dialer.rest()).isEmpty();
            assertThat(server.relay().drain(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** Spec 10.2 #8: 61 of 300 partners of such a peer are lost at the original. */
    @Test
    void partnerOfAPeerThatLeavesInThatInstantGoesOnWaiting() throws IOException {
        try (var server = ServerFixture.start()) {
            for (int i = 0; i < 200; i++) {
                RawPeer leaving = server.waiting("DIAL", "t" + i);
                leaving.close();
                try (RawPeer acceptor = server.connect().send(RawPeer.request("ACCEPT", "t" + i));
                        RawPeer dialer = server.connect().send(RawPeer.request("DIAL", "t" + i))) {
                    assertThat(acceptor.head()).as("acceptor %d", i).startsWith("HTTP/1.1 101");
                    assertThat(dialer.head()).startsWith("HTTP/1.1 101");
                    dialer.send("CONTINUE\n");
                    assertThat(acceptor.read(9)).isEqualTo("CONTINUE\n");
                }
            }
        }
    }

    @Test
    void twoPairsWithOneTokenCanRunAtTheSameTime() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer d1 = server.waiting("DIAL", "t");
                RawPeer a1 = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
            d1.head();
            a1.head();
            d1.send("CONTINUE\none");
            assertThat(a1.read(12)).isEqualTo("CONTINUE\none");
            try (RawPeer d2 = server.waiting("DIAL", "t");
                    RawPeer a2 = server.connect().send(RawPeer.request("ACCEPT", "t"))) {
                d2.head();
                a2.head();
                d2.send("CONTINUE\ntwo");
                assertThat(a2.read(12)).isEqualTo("CONTINUE\ntwo");
            }
        }
    }

    @Test
    void tokensAreComparedByTheirBytes() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer one = server.waiting("DIAL", "a%20b/%ff");
                RawPeer stranger = server.waiting("ACCEPT", "a%20b/%fe");
                RawPeer other = server.connect().send(RawPeer.request("ACCEPT", "%61%20b/%FF"))) {
            assertThat(one.head()).startsWith("HTTP/1.1 101");
            assertThat(other.head()).startsWith("HTTP/1.1 101");
            assertThat(server.relay().services().admission().waiting()).isEqualTo(1);
            try (RawPeer partner = server.connect().send(RawPeer.request("DIAL", "a%20b/%fe"))) {
                assertThat(partner.head()).startsWith("HTTP/1.1 101");
                assertThat(stranger.head()).startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void lobbyThatIsFullRefusesButStillMatches() throws IOException {
        Limits limits = Limits.builder().waitingPerAddress(2).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer one = server.waiting("DIAL", "1");
                RawPeer two = server.waiting("DIAL", "2");
                RawPeer three = server.connect().send(RawPeer.request("DIAL", "3"))) {
            assertThat(three.rest()).startsWith("HTTP/1.1 503 ").contains("too many peers of your address");
            assertThat(server.awaitEvent(RelayEvent.Refused.class).reason()).isEqualTo(Reason.LIMIT_PEER);
            try (RawPeer partner = server.connect().send(RawPeer.request("ACCEPT", "1"))) {
                assertThat(partner.head()).startsWith("HTTP/1.1 101");
                assertThat(one.head()).startsWith("HTTP/1.1 101");
            }
            try (RawPeer partner = server.connect().send(RawPeer.request("ACCEPT", "2"))) {
                assertThat(partner.head()).startsWith("HTTP/1.1 101");
                assertThat(two.head()).startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void circuitsOfAnAddressAreLimited() throws IOException {
        Limits limits = Limits.builder().circuitsPerAddress(1).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer d1 = server.waiting("DIAL", "1");
                RawPeer a1 = server.connect().send(RawPeer.request("ACCEPT", "1"))) {
            d1.head();
            a1.head();
            d1.send("CONTINUE\n");
            a1.read(9);
            try (RawPeer d2 = server.waiting("DIAL", "2");
                    RawPeer a2 = server.connect().send(RawPeer.request("ACCEPT", "2"))) {
                assertThat(d2.rest()).startsWith("HTTP/1.1 503 ");
                assertThat(a2.rest()).startsWith("HTTP/1.1 503 ");
            }
            d1.end();
            a1.end();
            a1.rest();
            server.awaitEvent(RelayEvent.CircuitClosed.class);
            try (RawPeer d3 = server.waiting("DIAL", "3");
                    RawPeer a3 = server.connect().send(RawPeer.request("ACCEPT", "3"))) {
                assertThat(d3.head()).startsWith("HTTP/1.1 101");
                assertThat(a3.head()).startsWith("HTTP/1.1 101");
            }
        }
    }
}
