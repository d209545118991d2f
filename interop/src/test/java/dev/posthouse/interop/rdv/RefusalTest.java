package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Refused;
import dev.posthouse.net.TimedOut;
import dev.posthouse.rdv.server.PairHandler;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.LeakCheck;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every no of a server, as the clients of the other side understand it, and byte by byte as the original writes it. */
@LiveRdv
@ExtendWith(LeakCheck.class)
class RefusalTest {

    private static final String NOT_IDLE = "conn must idle while waiting for response header";
    private static final String SHUTTING_DOWN = "rdv server shutting down, try again";

    // ---- the original's, understood by our client

    @Test
    void nobodyCameIsATimeOut() throws Exception {
        try (LiveServer server =
                LiveServer.Kind.ORIGINAL.start(LiveServer.Settings.PLAIN.lobby(Duration.ofMillis(150)))) {
            // Without a limit of its own, which would have it ask again.
            assertThat(Background.start(() -> OurClient.builder(Way.RELAYED)
                                    .timeout(Duration.ZERO)
                                    .build()
                                    .accept(server.uri(), "alone"))
                            .failure())
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("nobody came under this word")
                    .hasMessageContaining("the server answered 408 Request Timeout: no matching peer found");
        }
    }

    @Test
    void aReplacedClientIsRefused() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start()) {
            var first = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "twice");
            server.awaitWaiting("twice");
            try (RawPeer newer = RawPeer.to(server.address())) {
                newer.send(RawPeer.request("DIAL", "twice", ""));
                assertThat(first.failure())
                        .isInstanceOf(Refused.class)
                        .hasMessageContaining("another one dials under this word")
                        .hasMessageContaining("the server answered 409 Conflict: replaced by another conn");
            }
        }
    }

    @Test
    void aTokenThatIsNoneInAPathIsRefused() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start()) {
            assertThat(OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "a/..")
                            .failure())
                    .isInstanceOf(Refused.class)
                    .hasMessage("the server answered 400 Bad Request: missing rdv token");
        }
    }

    @Test
    void aServerThatGoesDownWhileAClientWaitsIsALimit() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start()) {
            var waiting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "waits");
            server.awaitWaiting("waits");
            server.shutDown();
            assertThat(waiting.failure())
                    .isInstanceOf(LimitExceeded.class)
                    .hasMessage("the server answered 503 Service Unavailable: " + SHUTTING_DOWN);
        }
    }

    // ---- ours, understood by the original client

    @Test
    void theOriginalLearnsThatNobodyCame() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start(LiveServer.Settings.PLAIN.lobby(Duration.ofMillis(150)))) {
            assertRefused(server.uri(), "alone", 408, "no matching peer found");
        }
    }

    @Test
    void theOriginalLearnsThatItWasReplaced() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start();
                ChildProcess first = OriginalClient.with(Way.RELAYED).start(Method.DIAL, server.uri(), "twice")) {
            server.awaitWaiting("twice");
            try (RawPeer newer = RawPeer.to(server.address())) {
                newer.send(RawPeer.request("DIAL", "twice", ""));
                assertRefused(first, 409, "replaced by another conn");
            }
        }
    }

    @Test
    void theOriginalLearnsThatTheTokenIsMissing() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start()) {
            assertRefused(server.uri(), "a/..", 400, "missing rdv token\n");
        }
    }

    @Test
    void theOriginalLearnsThatTheServerGoesDown() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start();
                ChildProcess waiting = OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, server.uri(), "waits")) {
            server.awaitWaiting("waits");
            server.shutDown();
            assertRefused(waiting, 503, SHUTTING_DOWN);
        }
    }

    @Test
    void theOriginalLearnsOfAnotherPath() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start(LiveServer.Settings.PLAIN.path("/rdv"));
                ChildProcess lost = OriginalClient.with(Way.RELAYED)
                        .start(
                                Method.DIAL,
                                URI.create(
                                        "http://127.0.0.1:" + server.address().getPort()),
                                "token")) {
            lost.awaitExit();
            assertThat(OriginalClient.event(lost, "failed").get("status").getAsInt())
                    .isEqualTo(404);
        }
    }

    @Test
    void theOriginalLearnsThatItHasNoRight() throws Exception {
        var rdv = RdvServer.builder()
                .authoriser((request, from) ->
                        Optional.of(new Refusal(401, "a bearer token is needed", Reason.UNAUTHORIZED)));
        try (LiveServer server = OurServer.start(LiveServer.Settings.PLAIN, rdv, Relay.builder(), Limits.builder())) {
            assertRefused(server.uri(), "token", 401, "a bearer token is needed\n");
        }
    }

    @Test
    void bothOriginalsLearnThatTheirPairIsRejected() throws Exception {
        var rdv = RdvServer.builder()
                .handler((dialer, acceptor) ->
                        new PairHandler.Verdict.Reject(new Refusal(403, "not you two", Reason.REJECTED)));
        try (LiveServer server = OurServer.start(LiveServer.Settings.PLAIN, rdv, Relay.builder(), Limits.builder());
                ChildProcess acceptor = OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, server.uri(), "pair")) {
            assertRefused(server.uri(), "pair", 403, "not you two");
            assertRefused(acceptor, 403, "not you two");
        }
    }

    @Test
    void theOriginalLearnsThatTooManyWait() throws Exception {
        try (LiveServer server = OurServer.start(
                        LiveServer.Settings.PLAIN,
                        RdvServer.builder(),
                        Relay.builder(),
                        Limits.builder().waitingPerAddress(1));
                RawPeer first = RawPeer.to(server.address())) {
            first.send(RawPeer.request("ACCEPT", "first", ""));
            server.awaitWaiting("first");
            try (ChildProcess second = OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, server.uri(), "second")) {
                second.awaitExit();
                assertThat(OriginalClient.event(second, "failed").get("status").getAsInt())
                        .isEqualTo(503);
            }
        }
    }

    private static void assertRefused(URI server, String token, int status, String body) throws Exception {
        try (ChildProcess dialer = OriginalClient.with(Way.RELAYED).start(Method.DIAL, server, token)) {
            assertRefused(dialer, status, body);
        }
    }

    private static void assertRefused(ChildProcess client, int status, String body) {
        assertThat(client.awaitExit()).isEqualTo(1);
        JsonObject failed = OriginalClient.event(client, "failed");
        assertThat(failed.get("status").getAsInt()).isEqualTo(status);
        assertThat(failed.get("body").getAsString()).isEqualTo(body);
    }

    // ---- both servers, byte by byte

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /token HTTP/1.1\nHost: h\n",
                "DIAL /token HTTP/1.1\nHost: h\nUpgrade: rdv/1\n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: keep-alive, x\nUpgrade: rdv/1\nRdv-Self-Addrs: \n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: Upgrade\n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: Upgrade\nUpgrade: WebSocket\n",
                "DIAL / HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: rdv/1\n",
                "GET /token HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: rdv/1\n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: rdv/1\nRdv-Self-Addrs: nonsense\n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: rdv/1\nRdv-Self-Addrs: 1.2.3.4:5,\n",
                "DIAL /token HTTP/1.1\nHost: h\nConnection: upgrade\nUpgrade: rdv/1\nRdv-Self-Addrs: 1.1.1.1:1, 1.1.1.1:2,"
                        + " 1.1.1.1:3, 1.1.1.1:4, 1.1.1.1:5, 1.1.1.1:6, 1.1.1.1:7, 1.1.1.1:8, 1.1.1.1:9, 1.1.1.1:10\n"
            })
    void aRefusedRequestGetsTheOriginalsAnswerAndTheConnectionGoesOn(String request) throws Exception {
        assertThat(answers(LiveServer.Kind.OURS, request)).isEqualTo(answers(LiveServer.Kind.ORIGINAL, request));
    }

    /** Two answers to the same request on one connection; without what may differ. */
    private static String answers(LiveServer.Kind kind, String request) throws Exception {
        String bytes = request.replace("\n", "\r\n") + "\r\n";
        try (LiveServer server = kind.start();
                RawPeer client = RawPeer.to(server.address())) {
            String first = answer(client.send(bytes));
            String second = answer(client.send(bytes));
            assertThat(second).isEqualTo(first);
            return first;
        }
    }

    private static String answer(RawPeer client) throws Exception {
        String head = client.readHead();
        int length = head.lines()
                .filter(line -> line.startsWith("Content-Length: "))
                .map(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElse(0);
        // The time passes, and ours says what to upgrade to, as HTTP wants it.
        return head.replaceAll("(?m)^(Date|Upgrade): .*\r\n", "") + client.read(length);
    }

    /** How a waiting client may break the silence. */
    enum Breach {
        BYTE,
        HALF_CLOSE
    }

    @ParameterizedTest
    @EnumSource(Breach.class)
    void aWaitingClientThatDoesNotWaitGetsTheOriginalsAnswer(Breach breach) throws Exception {
        assertThat(afterBreach(LiveServer.Kind.OURS, breach))
                .isEqualTo(afterBreach(LiveServer.Kind.ORIGINAL, breach))
                .endsWith(NOT_IDLE);
    }

    private static String afterBreach(LiveServer.Kind kind, Breach breach) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer client = RawPeer.to(server.address())) {
            client.send(RawPeer.request("ACCEPT", "breach", ""));
            server.awaitWaiting("breach");
            if (breach == Breach.BYTE) {
                client.send("x");
            } else {
                client.shutDownOutput();
            }
            return client.readToEnd();
        }
    }

    @Test
    void aClientThatIsReplacedGetsTheOriginalsAnswer() throws Exception {
        assertThat(afterReplacement(LiveServer.Kind.OURS)).isEqualTo(afterReplacement(LiveServer.Kind.ORIGINAL));
    }

    private static String afterReplacement(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer client = RawPeer.to(server.address());
                RawPeer newer = RawPeer.to(server.address())) {
            client.send(RawPeer.request("ACCEPT", "twice", ""));
            server.awaitWaiting("twice");
            newer.send(RawPeer.request("ACCEPT", "twice", ""));
            return client.readToEnd();
        }
    }

    @Test
    void aClientThatWaitsTooLongGetsTheOriginalsAnswer() throws Exception {
        assertThat(afterTimeout(LiveServer.Kind.OURS)).isEqualTo(afterTimeout(LiveServer.Kind.ORIGINAL));
    }

    private static String afterTimeout(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start(LiveServer.Settings.PLAIN.lobby(Duration.ofMillis(150)));
                RawPeer client = RawPeer.to(server.address())) {
            return client.send(RawPeer.request("ACCEPT", "alone", "")).readToEnd();
        }
    }

    @Test
    void aClientThatWaitsAsTheServerGoesDownGetsTheOriginalsAnswer() throws Exception {
        assertThat(afterShutdown(LiveServer.Kind.OURS)).isEqualTo(afterShutdown(LiveServer.Kind.ORIGINAL));
    }

    private static String afterShutdown(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer client = RawPeer.to(server.address())) {
            client.send(RawPeer.request("ACCEPT", "waits", ""));
            server.awaitWaiting("waits");
            server.shutDown();
            return client.readToEnd();
        }
    }
}
