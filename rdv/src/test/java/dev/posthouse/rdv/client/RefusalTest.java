package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server that says no, or is none, becomes for the caller. */
@ExtendWith(LeakCheck.class)
class RefusalTest {

    /** Without a limit of its own, so that the relay's word is the last one. */
    private static RdvClient client() {
        return RdvClient.builder().spaces(AddressSpaces.NONE).build();
    }

    private static Throwable failureOf(String answer) throws IOException {
        return failureOf(answer, "t");
    }

    private static Throwable failureOf(String answer, String token) throws IOException {
        try (var server = new FakeServer()) {
            var dialing = Background.start(() -> client().dial(server.uri(), token));
            try (RawPeer atServer = server.answer(answer)) {
                atServer.end();
                return dialing.failure();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, dev.posthouse.net.Refused",
        "401, dev.posthouse.net.AuthenticationFailed",
        "403, dev.posthouse.net.Refused",
        "404, dev.posthouse.net.Refused",
        "407, dev.posthouse.net.AuthenticationFailed",
        "408, dev.posthouse.net.TimedOut",
        "409, dev.posthouse.net.Refused",
        "426, dev.posthouse.net.ProtocolViolation",
        "429, dev.posthouse.net.LimitExceeded",
        "500, dev.posthouse.net.Refused",
        "503, dev.posthouse.net.LimitExceeded",
    })
    void statusBecomesItsKindOfFailureWithTheServersWords(int status, Class<?> kind) throws IOException {
        var refusal = new Refusal(status, "said the server", Reason.REJECTED);
        for (byte[] answer :
                new byte[][] {refusal.response().toBytes("HTTP/1.1", true, Instant.EPOCH), refusal.late()}) {
            assertThat(failureOf(new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1)))
                    .isExactlyInstanceOf(kind)
                    .hasMessageContaining("the server answered " + status)
                    .hasMessageContaining(": said the server");
        }
    }

    // ---- words for people

    @Test
    void nobodyUnderTheWordIsSaidInThoseTerms() throws IOException {
        assertThat(failureOf("HTTP/1.1 408 Request Timeout\r\n\r\nno matching peer found\n"))
                .isInstanceOf(TimedOut.class)
                .hasMessage("nobody came under this word at this relay; compare the two words (the server answered 408"
                        + " Request Timeout: no matching peer found)");
    }

    @Test
    void twoOfOneSideAreToldThatOneMustChange() throws IOException {
        try (var server = ServerFixture.start()) {
            var first = Background.start(() -> client().accept(server.uri(), "t"));
            org.awaitility.Awaitility.await()
                    .until(() -> server.relay().services().admission().waiting() == 1);
            var second = Background.start(() -> client().accept(server.uri(), "t"));
            assertThat(first.failure())
                    .isInstanceOf(Refused.class)
                    .hasMessageStartingWith("another one accepts under this word: one side must dial");
            server.relay().close();
            assertThat(second.failure()).isInstanceOf(LimitExceeded.class);
        }
    }

    private static final String NGINX =
            "\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n\r\n<html>\r\n<head><title>"
                    + "%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "502 Bad Gateway | dev.posthouse.net.RelayUnreachable | the server answered 502 Bad Gateway from nginx:"
                        + " the proxy cannot reach the relay",
                "504 Gateway Time-out | dev.posthouse.net.RelayUnreachable | the server answered 504 Gateway Time-out"
                        + " from nginx: the proxy cannot reach the relay",
                "503 Service Unavailable | dev.posthouse.net.RelayUnreachable | the server answered 503 Service"
                        + " Unavailable from nginx: the proxy cannot reach the relay",
                "404 Not Found | dev.posthouse.net.Refused | the server answered 404 Not Found from nginx: there is no"
                        + " rdv server at this path, or the proxy does not pass its requests on",
                "405 Not Allowed | dev.posthouse.net.Refused | the server answered 405 Not Allowed from nginx: there is no"
                        + " rdv server at this path, or the proxy does not pass its requests on",
                "401 Unauthorized | dev.posthouse.net.AuthenticationFailed | the server answered 401 Unauthorized from"
                        + " nginx",
            })
    void pageOfAProxyBecomesOneLineWithoutItsMarkup(String status, Class<?> kind, String message) throws IOException {
        assertThat(failureOf("HTTP/1.1 " + status + NGINX.formatted(status, status)))
                .isExactlyInstanceOf(kind)
                .hasMessage(message);
    }

    @Test
    void titleThatSaysMoreIsKept() throws IOException {
        assertThat(failureOf("HTTP/1.1 403 Forbidden\r\n\r\n<!DOCTYPE html>\n<html><head>\n<title>Blocked by\n  policy"
                        + " 7</title>"))
                .hasMessage(
                        "the server answered 403 Forbidden (\"Blocked by policy 7\"): there is no rdv server at this"
                                + " path, or the proxy does not pass its requests on");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://relay.example/secret-word | https://relay.example",
                "https://relay.example:8443/secret-word | https://relay.example:8443",
                "https://relay.example/rdv/secret-word | https://relay.example/rdv",
                "https://bob:pw@relay.example/secret-word?k=1#f | https://relay.example",
                "https://relay.example/login?next=secret-word | https://relay.example",
                "//relay.example/secret-word | http://relay.example",
            })
    void redirectSaysWhereToGoWithoutTheWord(String location, String place) throws IOException {
        for (String status :
                new String[] {"301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"}) {
            assertThat(failureOf("HTTP/1.1 " + status + "\r\nLocation: " + location + "\r\n\r\n<html>", "secret-word"))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessage("the server moved: use " + place + " (it answered " + status + ")");
        }
    }

    @Test
    void redirectToAPathIsOneAtThisServer() throws IOException {
        assertThat(failureOf("HTTP/1.1 301 Moved\r\nLocation: /new/secret-word\r\n\r\n", "secret-word"))
                .hasMessageMatching("the server moved: use http://127.0.0.1:\\d+/new \\(it answered 301 Moved\\)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:x", "ftp://h/secret-word", "http://", "secret-word"})
    void redirectToNowhereIsSaidSo(String location) throws IOException {
        assertThat(failureOf("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\n\r\n", "secret-word"))
                .hasMessageContaining("names no http or https address")
                .message()
                .doesNotContain("secret-word");
    }

    @Test
    void upgradeToSomethingElseIsNamed() throws IOException {
        assertThat(failureOf("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n\r\n"))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("it speaks websocket and no rdv/1 there");
    }

    @Test
    void webServerWithoutRdvIsNamedAsOne() throws IOException {
        assertThat(failureOf("HTTP/1.1 200 OK" + NGINX.formatted("Welcome", "Welcome")))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage(
                        "the server answered 200 OK from nginx (\"Welcome\"): it is a web server, and speaks no rdv/1"
                                + " at this path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0015\u0003\u0001\u0000\u0002\u0002F",
                "\u0015\u0003\u0003\u0000\u0002\u0002\n",
                "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
                "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>\r\n<head><title>400 The plain HTTP request was sent"
                        + " to HTTPS port</title></head>",
                "HTTP/1.1 400 Bad Request\r\n\r\n<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br"
                        + " /></p>\n",
            })
    void portThatSpeaksTlsIsNamedAsOne(String answer) throws IOException {
        assertThat(failureOf(answer))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageMatching("127.0.0.1:\\d+ speaks TLS: try https://127.0.0.1:\\d+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 400 Bad Request\r\n\r\n", "\u0000\u0001"})
    void portThatSpeaksNoTlsIsNamedAsOne(String answer) throws IOException {
        try (var server = new FakeServer()) {
            String https = server.uri().toString().replace("http:", "https:");
            var dialing = Background.start(() -> client().dial(java.net.URI.create(https), "t"));
            try (RawPeer atServer = server.next()) {
                // Its first record, so that the end is no reset.
                assertThat(atServer.read(3)).startsWith("\u0016\u0003");
                atServer.send(answer).end();
                assertThat(dialing.failure())
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageContaining("speaks no TLS")
                        .hasMessageContaining("try " + server.uri());
            }
        }
    }

    @Test
    void resetWithinTheTlsHandshakeSaysWhatToTry() throws IOException {
        try (var server = new FakeServer()) {
            String https = server.uri().toString().replace("http:", "https:");
            var dialing = Background.start(() -> client().dial(java.net.URI.create(https), "t"));
            try (RawPeer atServer = server.next()) {
                assertThat(atServer.read(1)).isEqualTo("\u0016");
                atServer.reset();
                assertThat(dialing.failure())
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageContaining("this port speaks no TLS: try " + server.uri());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 Continue", "HTTP/1.1 200 OK", "HTTP/1.1 302 Found"})
    void answerThatIsNeitherYesNorNoIsAViolation(String status) throws IOException {
        assertThat(failureOf(status + "\r\n\r\n"))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining(status.substring(9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "220 mail ESMTP\r\n\r\n", "\u0000\u0001\u0002\n\n"})
    void serverThatDoesNotSpeakHttpIsAViolation(String banner) throws IOException {
        assertThat(failureOf(banner)).isInstanceOf(ProtocolViolation.class).hasMessageContaining("does not speak HTTP");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Upgrade: rdv/1 | requires connection upgrade",
                "Connection: upgrade | missing upgrade header",
                "Connection: upgrade;Upgrade: websocket | bad upgrade websocket",
                "Connection: upgrade;Upgrade: rdv/1;Rdv-Peer-Addrs: nonsense | invalid peer addrs nonsense",
                "Connection: upgrade;Upgrade: rdv/1;Rdv-Observed-Addr: invalid AddrPort | invalid observed addr",
            })
    void upgradeThatIsNotInOrderIsAViolation(String headers, String words) throws IOException {
        assertThat(failureOf("HTTP/1.1 101 Switching Protocols\r\n" + headers.replace(";", "\r\n") + "\r\n\r\n"))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("bad http handshake")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 101 Switching"})
    void serverThatClosesBeforeItsAnswerIsWholeIsABrokenConnection(String part) throws IOException {
        assertThat(failureOf(part)).isExactlyInstanceOf(EOFException.class);
    }

    @Test
    void headThatIsTooLongIsAViolation() throws IOException {
        assertThat(failureOf("HTTP/1.1 101 Switching Protocols\r\nX: " + "y".repeat(40_000)))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void refusalWhoseServerStaysSilentDoesNotHoldTheCaller() throws IOException {
        try (var server = new FakeServer()) {
            var dialing = Background.start(() -> client().dial(server.uri(), "t"));
            try (RawPeer atServer = server.answer("HTTP/1.1 403 Forbidden\r\n\r\nand then")) {
                assertThat(dialing.failure())
                        .isInstanceOf(Refused.class)
                        .hasMessage("the server answered 403 Forbidden: and then");
                // It waits for nothing more: it has closed the connection while the server says nothing.
                assertThat(atServer.restOrReset()).isEmpty();
            }
        }
    }

    @Test
    void controlCharactersOfARefusalDoNotReachATerminal() throws IOException {
        assertThat(failureOf("HTTP/1.1 403 Forbidden\r\n\r\n\u001b[31mred\u0007\n"))
                .hasMessage("the server answered 403 Forbidden: ?[31mred?");
    }

    @Test
    void nobodyAtTheServersAddressIsUnreachable() throws IOException {
        var gone = new FakeServer();
        gone.close();
        assertThatThrownBy(() -> client().dial(gone.uri(), "t"))
                .isInstanceOf(RelayUnreachable.class)
                .hasMessageMatching(
                        "the relay 127.0.0.1:\\d+ cannot be reached: 127.0.0.1:\\d+ \\(Connection refused\\)");
    }

    // ---- the same from our own server

    @Test
    void newerClientOfTheSameMethodTakesThePlace() throws IOException {
        try (var server = ServerFixture.start()) {
            var older = Background.start(() -> client().dial(server.uri(), "t"));
            org.awaitility.Awaitility.await()
                    .until(() -> server.relay().services().admission().waiting() == 1);
            var newer = Background.start(() -> client().dial(server.uri(), "t"));
            assertThat(older.failure())
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("409 Conflict: replaced")
                    .hasMessageContaining("another one dials");
            server.relay().close();
            assertThat(newer.failure()).isInstanceOf(LimitExceeded.class).hasMessageContaining("shutting down");
        }
    }

    @Test
    void nobodyCameInTimeAtTheServer() throws IOException {
        Limits limits = Limits.builder().lobby(Duration.ofMillis(50)).build();
        try (var server = ServerFixture.start(RdvServer.withDefaults(), limits)) {
            assertThatThrownBy(() -> client().accept(server.uri(), "t"))
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("408 Request Timeout: no matching peer found");
        }
    }

    @Test
    void strangerIsToldToSayWhoItIs() throws IOException {
        RdvServer guarded = RdvServer.builder()
                .path("/rdv")
                .authoriser((request, from) -> Optional.of(new Refusal(401, "say who you are", Reason.UNAUTHORIZED)))
                .build();
        try (var server = ServerFixture.start(guarded, Limits.DEFAULT)) {
            assertThatThrownBy(() -> client().dial(server.uri().resolve("/rdv"), "t"))
                    .isInstanceOf(AuthenticationFailed.class)
                    .hasMessageContaining("say who you are");
            assertThatThrownBy(() -> client().dial(server.uri(), "t"))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("404 Not Found");
        }
    }
}
