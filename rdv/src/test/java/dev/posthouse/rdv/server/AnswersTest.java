package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP clients of any kind are answered before a connection is taken over, and how that is counted. */
@ExtendWith(LeakCheck.class)
class AnswersTest {

    private static final String GET = "GET /t HTTP/1.1\r\nHost: a\r\n\r\n";

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    private static List<Reason> refused(ServerFixture server) {
        return server.events(RelayEvent.Refused.class).stream()
                .map(RelayEvent.Refused::reason)
                .toList();
    }

    @Test
    void aHeadRequestGetsNoBodyAndTheConnectionGoesOn() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send(GET.replace("GET", "HEAD") + GET)) {
            String head = peer.head();
            assertThat(head).startsWith("HTTP/1.1 426 ").containsPattern("Content-Length: [1-9]");
            assertThat(peer.read(9)).as("what follows is the next answer").isEqualTo("HTTP/1.1 ");
        }
    }

    @Test
    void aHeadRequestThatEndsTheConnectionGetsNoBodyEither() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send("HEAD /t HTTP/1.0\r\n\r\n")) {
            assertThat(peer.rest()).startsWith("HTTP/1.0 426 ").endsWith("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r\n\r\n"})
    void emptyLinesBeforeARequestAreSkipped(String before) throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect()) {
            for (int i = 0; i < before.length(); i++) {
                peer.send(before.substring(i, i + 1));
            }
            assertThat(peer.send(RawPeer.request("DIAL", "t") + "x").head()).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void aBinaryProxyHeaderOfAStrangerIsStillNobodys() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send("\r\n\r\n\0\r\nQUIT\n!\21\0\f")) {
            assertThat(peer.restOrReset()).isEmpty();
            assertThat(server.awaitEvent(RelayEvent.Refused.class).reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
        }
    }

    @Test
    void anUpgradeInTwoLinesIsTaken() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer dialer = server.waiting("DIAL", "t");
                RawPeer acceptor = server.connect()
                        .send(RawPeer.request("ACCEPT", "t")
                                .replace("Connection: ", "Connection: keep-alive\r\nConnection: "))) {
            assertThat(acceptor.head()).startsWith("HTTP/1.1 101 ");
            assertThat(dialer.head()).startsWith("HTTP/1.1 101 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "keep-alive, Close", "keep-alive\r\nConnection: close"})
    void whoWantsItClosedGetsItClosed(String connection) throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer =
                        server.connect().send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + connection + "\r\n\r\n")) {
            assertThat(peer.rest()).startsWith("HTTP/1.1 426 ").contains("\r\nConnection: close\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "Content-Length: 1|Transfer-Encoding: chunked > Content-Length or Transfer-Encoding",
                "Content-Length: 1|Content-Length: 2 > one Content-Length",
                "Content-Length: x > malformed Content-Length",
                "Transfer-Encoding: gzip > Transfer-Encoding is chunked",
                "A : b > right before the colon",
                "A: b{CR}C: d > control character",
                "A: b| folded > folded"
            })
    void aRequestThatCanBeReadInTwoWaysIsNotUpgraded(String lines, String explanation) throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect()
                        .send(RawPeer.request(
                                "DIAL", "t", lines.replace("|", "\r\n").replace("{CR}", "\r")))) {
            assertThat(peer.rest()).startsWith("HTTP/1.1 400 ").contains(explanation);
        }
    }

    @Test
    void aProxyThatDoesNotSayWhoAsksIsRefusedAndCounted() throws IOException {
        RdvServer behindProxy = RdvServer.builder()
                .forwardedFrom(NetworkBlocks.parse(List.of("127.0.0.0/8")))
                .build();
        try (var server = ServerFixture.start(behindProxy, Limits.DEFAULT);
                RawPeer peer =
                        server.connect().send(RawPeer.request("DIAL", "t", "X-Forwarded-For: 203.0.113.7, unknown"))) {
            assertThat(peer.head()).startsWith("HTTP/1.1 400 ");
            assertThat(server.awaitEvent(RelayEvent.Refused.class).reason()).isEqualTo(Reason.PROTOCOL_ERROR);
            assertThat(server.awaitEvent(RelayEvent.Refused.class).detail()).contains("X-Forwarded-For");
        }
    }

    private static final String UPGRADE = " HTTP/1.1|Host: a|Connection: upgrade|Upgrade: rdv/1||";

    /** What a peer does once it has been refused. */
    private enum Then {
        CLOSES,
        RESETS,
        FALLS_SILENT,
        CLOSES_UNHEARD
    }

    /** Every kind of refusal before the connection is taken over, and how it is counted. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            value = {
                "DIAL /t" + UPGRADE + " > unauthorized",
                "DIAL /" + UPGRADE + " > protocol-error",
                "PUT /t" + UPGRADE + " > protocol-error",
                "GET /t HTTP/1.1|Host: a|| > protocol-error",
                "GET /t HTTP/1.1|Host: a|Connection: close|| > protocol-error",
                "HEAD /t HTTP/1.1|Host: a|| > protocol-error",
                "POST /t HTTP/1.1|Host: a|Content-Length: 0|| > protocol-error",
                "DIAL /t HTTP/1.0|Connection: upgrade|Upgrade: rdv/1|| > protocol-error",
                "DIAL /t HTTP/2.0|| > protocol-error",
                "DIAL|| > protocol-error",
                "?? > unknown-protocol",
            })
    void aRefusalIsCountedOnceWhateverThePeerDoesThen(String request, String reason) throws IOException {
        RdvServer picky = RdvServer.builder()
                .authoriser((asked, from) -> Optional.of(new Refusal(401, "who are you?", Reason.UNAUTHORIZED)))
                .build();
        Limits limits = Limits.builder().head(Duration.ofMillis(300)).build();
        for (Then then : Then.values()) {
            try (var server = ServerFixture.start(picky, limits);
                    RawPeer peer = server.connect().send(request.replace("|", "\r\n"))) {
                if (then != Then.CLOSES_UNHEARD) {
                    soon().until(() -> !refused(server).isEmpty());
                }
                switch (then) {
                    case CLOSES, CLOSES_UNHEARD -> peer.close();
                    case RESETS -> peer.reset();
                    case FALLS_SILENT -> peer.restOrReset();
                }
                soon().until(() -> server.relay().connections() == 0);
                soon().during(Duration.ofMillis(50)).untilAsserted(() -> assertThat(refused(server))
                        .as("%s, then %s", request, then)
                        .extracting(Reason::label)
                        .containsExactly(reason));
            }
        }
    }

    @Test
    void whoLeavesWithinAHeadIsCountedOnce() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send("DIAL /t HTTP/1.1\r\nHost: a")) {
            peer.close();

            soon().during(Duration.ofMillis(50)).until(() -> refused(server).equals(List.of(Reason.PEER_GONE)));
        }
    }

    @Test
    void severalRefusedRequestsOfOneConnectionAreCountedEach() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.connect().send(GET + GET)) {
            assertThat(peer.end().rest()).contains("HTTP/1.1 426 ");

            soon().until(() -> server.relay().connections() == 0);
            assertThat(refused(server)).containsExactly(Reason.PROTOCOL_ERROR, Reason.PROTOCOL_ERROR);
        }
    }

    @Test
    void aRefusalInTheLobbyIsCountedOnce() throws IOException {
        Limits limits = Limits.builder().waitingPerAddress(1).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits);
                RawPeer first = server.waiting("DIAL", "1");
                RawPeer second = server.connect().send(RawPeer.request("DIAL", "2"))) {
            assertThat(second.rest()).startsWith("HTTP/1.1 503 ");
            first.close();
            second.close();

            soon().until(() -> server.relay().connections() == 0);
            soon().during(Duration.ofMillis(50)).until(() -> refused(server).equals(List.of(Reason.LIMIT_PEER)));
        }
    }
}
