package dev.posthouse.relay.accept.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.Reason;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.net.http.TextResponse;
import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RequestClaim;
import dev.posthouse.relay.accept.RequestHandler;
import dev.posthouse.relay.event.HeardEvents;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP is one room: requests are read once and in order, whoever's they are. */
@ExtendWith(LeakCheck.class)
class HttpRoomTest {

    private static final NetworkBlocks LOOPBACK = NetworkBlocks.parse(List.of("127.0.0.0/8"));

    private final HeardEvents events = new HeardEvents();

    /** Takes {@code Upgrade: NAME/1} at {@code /yes}, where it says who it is and whom it sees; refuses everything else. */
    private record Greeter(String name) implements RequestHandler {
        @Override
        public Optional<Refused> handle(RequestHead head, Inbound connection) throws IOException {
            if (head.target().equals("/broken")) {
                throw new IOException("made to fail");
            }
            if (!head.target().equals("/yes")) {
                return Optional.of(new Refused(TextResponse.of(403, name + " does not want it"), Reason.UNAUTHORIZED));
            }
            String words = name + " " + connection.party().shown() + " ";
            connection.stream().write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer behind = ByteBuffer.allocate(100);
            while (connection.stream().read(behind) >= 0) {
                // to the end
            }
            connection.stream().write(behind.flip());
            connection.close();
            return Optional.empty();
        }

        @Override
        public TextResponse refusal(Reason why, String detail) {
            return TextResponse.of(503, name + " is closed");
        }
    }

    private static Doors greeter(String name, RequestClaim... more) {
        var claims = new ArrayList<>(List.of(more));
        claims.add(new RequestClaim.Upgrade(name + "/1"));
        return Doors.of(name, new Entrance.Requests(claims, new Greeter(name)));
    }

    private Relay.Builder relay(Dialect... dialects) {
        Relay.Builder builder = Relay.builder()
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .events(events);
        List.of(dialects).forEach(builder::dialect);
        return builder;
    }

    private static String request(String method, String target, String... lines) {
        return method + " " + target + " HTTP/1.1\r\nHost: relay\r\n" + String.join("\r\n", lines)
                + (lines.length > 0 ? "\r\n" : "") + "\r\n";
    }

    @Test
    void requestsOfOneConnectionGoToAnyDialectsUntilOneTakesItOver() throws IOException {
        try (Relay relay = relay(greeter("one"), greeter("two")).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/", "Upgrade: one/1")
                    + request("GET", "/")
                    + request("HEAD", "/", "Upgrade: two/1")
                    + request("GET", "/yes", "Upgrade: two/1")
                    + "behind it");
            assertThat(client.answer()).startsWith("HTTP/1.1 403 ").endsWith("\r\n\r\none does not want it\n");
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 426 Upgrade Required\r\nUpgrade: one/1, two/1\r\nConnection: Upgrade\r\n")
                    .doesNotContain("close");
            assertThat(client.head()).startsWith("HTTP/1.1 403 ");
            client.stream().shutdownOutput();
            assertThat(client.rest())
                    .isEqualTo("two " + client.stream().localAddress().orElseThrow() + " behind it");
            assertThat(events.refused())
                    .extracting(RelayEvent.Refused::dialect)
                    .containsExactly(Optional.of("one"), Optional.empty(), Optional.of("two"));
            assertThat(events.of(RelayEvent.Accepted.class))
                    .as("one connection")
                    .hasSize(1);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void laterRequestOfARelayThatDrainsIsRefused() throws Exception {
        try (Relay relay = relay(greeter("one")).start();
                RawClient client = RawClient.connect(relay.address())) {
            assertThat(client.send(request("GET", "/", "Upgrade: one/1")).answer())
                    .startsWith("HTTP/1.1 403 ");
            assertThat(relay.drain(Duration.ZERO)).isTrue();
            assertThat(client.send(request("GET", "/yes", "Upgrade: one/1")).answer())
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("one is closed\n");
            assertThat(client.rest()).isEmpty();
            assertThat(events.refused())
                    .extracting(RelayEvent.Refused::reason)
                    .containsExactly(Reason.UNAUTHORIZED, Reason.SHUTDOWN);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void theRestIsOfTheDialectThatHasIt() throws IOException {
        try (Relay relay = relay(greeter("one"), greeter("two", new RequestClaim.Rest()))
                        .start();
                RawClient client = RawClient.connect(relay.address())) {
            assertThat(client.send(request("BREW", "/pot")).answer()).endsWith("two does not want it\n");
            assertThat(client.send("no request\r\n").answer())
                    .startsWith("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n");
            assertThat(client.rest()).isEmpty();
            assertThat(events.refused())
                    .extracting(RelayEvent.Refused::dialect)
                    .containsExactly(Optional.of("two"), Optional.of("two"));
        }
    }

    @Test
    void whereNoDialectIsReachedByHttpItIsNobodys() throws IOException {
        Doors silent = new Doors("silent", List.of());
        try (Relay relay = relay(silent).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/"));
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal().reason()).isEqualTo(Reason.UNKNOWN_PROTOCOL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "nobody"})
    void theLastOf32RequestsIsToldSoAndThe33rdIsNotRead(String owner) throws IOException {
        try (Relay relay = relay(greeter("one")).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/", "Upgrade: " + owner + "/1").repeat(33));
            for (int i = 1; i <= 31; i++) {
                assertThat(client.answer()).doesNotContain("Connection: close");
            }
            assertThat(client.answer()).contains("Connection: close");
            assertThat(client.rest()).isEmpty();
            assertThat(events.refused()).hasSize(32);
            HeardEvents.awaitNobody(relay);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 3", "Transfer-Encoding: chunked", "Connection: close"})
    void nothingFollowsARequestWithABodyOrOneThatSaysSo(String line) throws IOException {
        try (Relay relay = relay(greeter("one")).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("POST", "/", line));
            assertThat(client.answer()).contains("Connection: close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aHeadThatIsTooLongIsToldSo() throws IOException {
        try (Relay relay = relay(greeter("one")).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send("GET / HTTP/1.1\r\nX: " + "x".repeat(32 * 1_024));
            assertThat(client.answer()).startsWith("HTTP/1.1 431 ");
            assertThat(events.awaitRefusal().reason()).isEqualTo(Reason.PROTOCOL_ERROR);
            assertThat(events.awaitRefusal().dialect()).isEmpty();
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void aHeadThatIsTooSlowIsCutOff() throws IOException {
        Limits limits = Limits.builder().head(Duration.ofMillis(50)).build();
        try (Relay relay = relay(greeter("one")).limits(limits).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send("GET / HTTP/1.1\r\n");
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal().reason()).isEqualTo(Reason.HANDSHAKE_TIMEOUT);
            HeardEvents.awaitNobody(relay);
        }
    }

    @Test
    void whatADialectMeetsIsCountedAsIts() throws IOException {
        try (Relay relay = relay(greeter("one"), greeter("two", new RequestClaim.Rest()))
                        .start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/broken", "Upgrade: one/1"));
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal())
                    .extracting(RelayEvent.Refused::dialect, RelayEvent.Refused::reason)
                    .containsExactly(Optional.of("one"), Reason.PEER_GONE);
            HeardEvents.awaitNobody(relay);
        }
    }

    /** Who was accepted just before, and says what it wants only then. */
    @ParameterizedTest
    @ValueSource(strings = {"one is closed", "the relay is going down"})
    void aRelayThatDrainsAnswersInTheWordsOfTheDialectElseInItsOwn(String words) throws Exception {
        try (Relay relay = relay(greeter("one")).start();
                RawClient client = RawClient.connect(relay.address())) {
            await().until(() -> relay.connections() == 1);
            assertThat(relay.drain(Duration.ofSeconds(20))).isTrue();
            client.send(request("GET", "/yes", "Upgrade: " + words.substring(0, 3) + "/1"));
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\n" + words + "\n");
            assertThat(client.rest()).isEmpty();
            assertThat(events.refused()).extracting(RelayEvent.Refused::reason).containsExactly(Reason.SHUTDOWN);
        }
    }

    // ---- proxies that say for whom they ask

    private static Forwarded trusting() {
        return new Forwarded(LOOPBACK, "x-forwarded-for", "");
    }

    @Test
    void aTrustedProxyNamesThePeerAndCountsForIt() throws IOException {
        Limits limits = Limits.builder().connectionsPerAddress(1).build();
        try (Relay relay = relay(greeter("one"))
                        .forwarded(trusting())
                        .speakForOthers(LOOPBACK)
                        .limits(limits)
                        .start();
                RawClient first = RawClient.connect(relay.address());
                RawClient second = RawClient.connect(relay.address())) {
            String named = request("GET", "/yes", "Upgrade: one/1", "X-Forwarded-For: 203.0.113.7:99");
            assertThat(first.send(named).read(20)).isEqualTo("one /203.0.113.7:99 ");
            assertThat(second.send(named).answer()).startsWith("HTTP/1.1 503 ").contains("try again later");
            assertThat(events.awaitRefusal().reason()).isEqualTo(Reason.LIMIT_PEER);
        }
    }

    @Test
    void whatFailsBehindAProxyIsCountedForWhomItNames() throws IOException {
        try (Relay relay = relay(greeter("one")).forwarded(trusting()).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/broken", "Upgrade: one/1", "X-Forwarded-For: 203.0.113.7:99"));
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal().remote()).hasToString("/203.0.113.7:99");
        }
    }

    /** Most proxies name no port. */
    @Test
    void whomAProxyNamesWithoutAPortIsShownAllTheSame() throws IOException {
        try (Relay relay = relay(greeter("one")).forwarded(trusting()).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/broken", "Upgrade: one/1", "X-Forwarded-For: 203.0.113.7"));
            assertThatThrownBy(client::rest).isInstanceOf(IOException.class);
            assertThat(events.awaitRefusal().remote()).hasToString("/203.0.113.7:0");
        }
    }

    @Test
    void aProxyThatNamesNobodyIsToldSoWhicheverDialectItAsksFor() throws IOException {
        try (Relay relay = relay(greeter("one")).forwarded(trusting()).start();
                RawClient client = RawClient.connect(relay.address())) {
            client.send(request("GET", "/yes", "Upgrade: one/1", "X-Forwarded-For: unknown"));
            assertThat(client.answer()).startsWith("HTTP/1.1 400 ").contains("X-Forwarded-For");
            assertThat(events.refused()).extracting(RelayEvent.Refused::dialect).containsExactly(Optional.of("one"));
        }
    }

    // ---- what does not start

    @Test
    void equalClaimsOfRequestsDoNotStart() {
        assertThatThrownBy(() -> relay(greeter("one"), greeter("two", new RequestClaim.Upgrade("ONE/1")))
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("one and two both claim HTTP requests with Upgrade: one/1");
    }

    @Test
    void webSocketsWithoutACodecDoNotStart() {
        Doors wants = Doors.of(
                "wants",
                new Entrance.WebSockets(
                        Optional.empty(),
                        Optional.empty(),
                        new Carried.Messages(1, (connection, messages, upgrade) -> connection.close())));
        assertThatThrownBy(() -> relay(wants).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("wants is reached by WebSocket, for which this relay has no codec");
    }
}
