package dev.posthouse.relay.accept.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.relay.accept.Carried;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.MagicBytes;
import dev.posthouse.relay.accept.RequestClaim;
import dev.posthouse.relay.accept.http.RequestTable.Found;
import dev.posthouse.relay.accept.http.RequestTable.Owned;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a request is. */
class RequestTableTest {

    /** At every path. */
    private static final String EVERY = "*";

    private static final RequestClaim REST = new RequestClaim.Rest();

    private static Owned<Entrance> requests(String dialect, RequestClaim... claims) {
        return new Owned<>(dialect, new Entrance.Requests(List.of(claims), (head, connection) -> Optional.empty()));
    }

    private static Owned<Entrance> sockets(String dialect, String path, Carried carried) {
        return new Owned<>(
                dialect,
                new Entrance.WebSockets(
                        path.equals(EVERY) ? Optional.empty() : Optional.of(path), Optional.empty(), carried));
    }

    private static Carried messages() {
        return new Carried.Messages(100, (connection, messages, upgrade) -> {});
    }

    private static Carried detected(String first) {
        return new Carried.Detected(MagicBytes.of(first), (connection, upgrade) -> {});
    }

    private static List<Owned<Entrance>> all() {
        return List.of(
                requests(
                        "rdv",
                        new RequestClaim.Method("DIAL"),
                        new RequestClaim.Method("ACCEPT"),
                        new RequestClaim.Upgrade("rdv/1"),
                        REST),
                requests("other", new RequestClaim.Method("GREET"), new RequestClaim.Upgrade("Other/2")),
                sockets("hyper", "/hyper", messages()),
                sockets("libp2p", EVERY, detected("13")),
                sockets("comms", EVERY, detected("50")));
    }

    private static String whose(List<Owned<Entrance>> entrances, String method, String target, String upgrade) {
        Headers.Builder headers = Headers.builder();
        if (!upgrade.equals("-")) {
            headers.add("Upgrade", upgrade);
        }
        return switch (new RequestTable(entrances).find(new RequestHead(method, target, "HTTP/1.1", headers.build()))) {
            case Found.Dialects(var owner) -> owner.dialect();
            case Found.WebSockets(var route) -> "websocket " + route.dialect().orElse("by first bytes");
            case Found.Nobodys(var answer) -> "nobody " + answer.status();
        };
    }

    @Test
    void upgradeInHttp10SaysNothing() {
        Headers headers = Headers.builder().add("Upgrade", "Other/2").build();
        var table = new RequestTable(all());
        assertThat(table.find(new RequestHead("GET", "/", "HTTP/1.1", headers)))
                .isInstanceOfSatisfying(
                        Found.Dialects.class,
                        found -> assertThat(found.owner().dialect()).isEqualTo("other"));
        assertThat(table.find(new RequestHead("GET", "/", "HTTP/1.0", headers)))
                .isInstanceOfSatisfying(
                        Found.Dialects.class,
                        found -> assertThat(found.owner().dialect()).isEqualTo("rdv"));
    }

    @ParameterizedTest
    @CsvSource({
        "DIAL, /t, rdv/1, rdv",
        "ACCEPT, /t, -, rdv",
        "DIAL, /t, websocket, rdv",
        "dial, /t, other/2, other",
        "PUT, /t, RDV/1, rdv",
        "GET, /t, 'h2c, OTHER/2, rdv/1', other",
        "GET, /t, 'rdv/1, other/2', rdv",
        "GREET, /t, rdv/1, other",
        "GET, /hyper, WebSocket, websocket hyper",
        "GET, /hyper?x=1, websocket, websocket hyper",
        "GET, http://relay/hyper, websocket, websocket hyper",
        "GET, /hyper/, websocket, websocket by first bytes",
        "GET, /, websocket, websocket by first bytes",
        "GET, /, 'rdv/1, websocket', rdv",
        "GET, /, 'websocket, rdv/1', websocket by first bytes",
        "OPTIONS, *, websocket, websocket by first bytes",
        "GET, /, -, rdv",
        "HEAD, /, -, rdv",
        "CONNECT, host:1, h2c, rdv",
        "UNHEARD-OF, /, -, rdv",
    })
    void ownerIsTheSameInWhateverOrderTheyAreServed(String method, String target, String upgrade, String owner) {
        var random = new Random(7);
        var shuffled = new ArrayList<>(all());
        for (int order = 0; order < 20; order++) {
            Collections.shuffle(shuffled, random);
            assertThat(whose(shuffled, method, target, upgrade))
                    .as("%s", shuffled)
                    .isEqualTo(owner);
        }
    }

    @Test
    void whatIsNobodysIsToldWhatThereIs() {
        assertThat(whose(List.of(sockets("hyper", "/hyper", messages())), "GET", "/", "websocket"))
                .isEqualTo("nobody 404");
        assertThat(whose(List.of(sockets("hyper", "/hyper", messages())), "GET", "/hyper", "-"))
                .isEqualTo("nobody 426");
        assertThat(whose(List.of(requests("other", new RequestClaim.Method("GREET"))), "GET", "/", "websocket"))
                .isEqualTo("nobody 404");
        var table = new RequestTable(
                List.of(requests("other", new RequestClaim.Upgrade("b"), new RequestClaim.Upgrade("a"))));
        assertThat(table.find(new RequestHead("GET", "/", "HTTP/1.1", Headers.NONE)))
                .isInstanceOfSatisfying(Found.Nobodys.class, nobodys -> assertThat(
                                nobodys.answer().headers().first("Upgrade"))
                        .contains("a, b"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalClaimsFailAtTheStart(boolean reversed) {
        assertClash(
                reversed,
                requests("one", new RequestClaim.Method("GREET")),
                requests("two", new RequestClaim.Method("GREET")),
                "HTTP requests with the method GREET");
        assertClash(
                reversed,
                requests("one", new RequestClaim.Upgrade("X/1")),
                requests("two", new RequestClaim.Upgrade("x/1")),
                "HTTP requests with Upgrade: x/1");
        assertClash(reversed, requests("one", REST), requests("two", REST), "HTTP requests that nobody else takes");
        assertClash(reversed, sockets("one", "/a", messages()), sockets("two", "/a", messages()), "WebSockets at /a");
        assertClash(
                reversed,
                sockets("one", EVERY, messages()),
                sockets("two", EVERY, detected("01")),
                "WebSockets at every path");
        assertClash(
                reversed,
                sockets("one", "/a", detected("01")),
                sockets("two", "/a", detected("01")),
                "connections that begin with 01");
        assertClash(
                reversed,
                sockets("one", "/a", detected("01")),
                new Owned<>("two", new Entrance.WebSockets(Optional.of("/a"), Optional.of("chat"), detected("02"))),
                "WebSockets at /a");
    }

    private static void assertClash(boolean reversed, Owned<Entrance> one, Owned<Entrance> two, String what) {
        assertThatThrownBy(() -> new RequestTable(reversed ? List.of(two, one) : List.of(one, two)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage((reversed ? "two and one" : "one and two") + " both claim " + what);
    }

    @Test
    void differentPathsAndDifferentFirstBytesDoNotClash() {
        assertThat(new RequestTable(List.of(
                                sockets("one", "/a", messages()),
                                sockets("two", "/b", messages()),
                                sockets("three", EVERY, detected("01")),
                                sockets("four", EVERY, detected("02"))))
                        .isEmpty())
                .isFalse();
    }

    @Test
    void theWordOfWebSocketIsNotADialects() {
        assertThatThrownBy(() -> new RequestTable(List.of(requests("one", new RequestClaim.Upgrade("WebSocket")))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an entrance of their own");
    }

    @Test
    void aClaimOfNothingAndAPathWithoutASlashAreErrors() {
        assertThatThrownBy(() -> requests("one")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sockets("one", "a", messages())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Carried.Messages(0, (connection, messages, upgrade) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
