package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.relay.Limits;
import dev.posthouse.relay.Reason;
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

    private static RdvClient client() {
        return RdvClient.builder()
                .spaces(AddressSpaces.NONE)
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    private static Throwable failureOf(String answer) throws IOException {
        try (var server = new FakeServer()) {
            var dialing = Background.start(() -> client().dial(server.uri(), "t"));
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
        for (byte[] answer : new byte[][] {refusal.immediate("HTTP/1.1", true, Instant.EPOCH), refusal.late()}) {
            assertThat(failureOf(new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1)))
                    .isExactlyInstanceOf(kind)
                    .hasMessageMatching("the server answered " + status + " [A-Za-z ]+: said the server");
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
                assertThat(atServer.local()).isNotNull();
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
                .isInstanceOf(PeerUnreachable.class)
                .hasMessageContaining("the relay cannot be reached");
    }

    // ---- the same from our own server

    @Test
    void newerClientOfTheSameMethodTakesThePlace() throws IOException {
        try (var server = ServerFixture.start()) {
            var older = Background.start(() -> client().dial(server.uri(), "t"));
            org.awaitility.Awaitility.await()
                    .until(() -> server.relay().services().admission().waiting() == 1);
            var newer = Background.start(() -> client().dial(server.uri(), "t"));
            assertThat(older.failure()).isInstanceOf(Refused.class).hasMessageContaining("409 Conflict: replaced");
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
