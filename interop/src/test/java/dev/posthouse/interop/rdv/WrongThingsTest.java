package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.LimitExceeded;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.client.Picker;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ByteOracle;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client and what is not what it should be: servers that are none, peers that are strangers, ends that come too early. */
@LiveRdv
@ExtendWith(LeakCheck.class)
class WrongThingsTest {

    /** What is read of a transfer before its sender is killed; all buffers on the way hold less than the rest. */
    private static final long BEFORE_THE_KILL = 1 << 20;

    @TempDir
    static Path directory = Path.of("");

    // ---- servers that are none

    @ParameterizedTest
    @CsvSource({
        "404 Not Found, Refused",
        "200 OK, ProtocolViolation",
        "301 Moved Permanently, ProtocolViolation",
        "401 Unauthorized, AuthenticationFailed",
        "429 Too Many Requests, LimitExceeded",
        "502 Bad Gateway, RelayUnreachable"
    })
    void anHttpServerThatIsNoRdvServerIsNamedByItsAnswer(String status, String failure) throws Exception {
        try (RawServer server = RawServer.start()) {
            var dialing = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "token");
            try (RawPeer http = server.accept()) {
                http.readHead();
                http.send("HTTP/1.1 " + status + "\r\nContent-Length: 6\r\n\r\nsorry\n");
                Throwable thrown = dialing.failure();
                assertThat(thrown).hasMessageStartingWith("the server answered " + status + ": sorry");
                assertThat(thrown.getClass().getSimpleName()).isEqualTo(failure);
            }
        }
    }

    @Test
    void aServerThatIsAnotherProtocolIsNamedSo() throws Exception {
        try (RawServer server = RawServer.start()) {
            var dialing = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "token");
            try (RawPeer ssh = server.accept()) {
                ssh.send("SSH-2.0-OpenSSH_9.2p1\r\n\r\n");
                assertThat(dialing.failure())
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageContaining("does not speak HTTP");
            }
        }
    }

    @Test
    void aServerThatSwitchesToSomethingElseIsNotTaken() throws Exception {
        try (RawServer server = RawServer.start()) {
            var dialing = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "token");
            try (RawPeer websocket = server.accept()) {
                websocket.readHead();
                websocket.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
                assertThat(dialing.failure()).isInstanceOf(ProtocolViolation.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatClosesAtOnceIsAFailureAndNoHang(boolean reset) throws Exception {
        try (RawServer server = RawServer.start()) {
            var accepting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "token");
            RawPeer rude = server.accept();
            if (reset) {
                rude.reset();
            } else {
                rude.readHead();
                rude.close();
            }
            assertThat(accepting.failure()).isInstanceOf(IOException.class).isNotInstanceOf(TimedOut.class);
        }
    }

    @Test
    void nobodyAtTheAddressIsUnreachable() throws Exception {
        URI nobody;
        try (RawServer free = RawServer.start()) {
            nobody = free.uri();
        }
        assertThat(OurClient.connect(Way.RELAYED, Method.DIAL, nobody, "token").failure())
                .isInstanceOf(RelayUnreachable.class);
    }

    @Test
    void anHttpServerTakenForAnHttpsOneIsAFailure() throws Exception {
        try (LiveServer server = LiveServer.Kind.ORIGINAL.start();
                RdvClient client =
                        OurClient.builder(Way.RELAYED).tls(TlsClient.insecure()).build()) {
            URI https = URI.create("https://127.0.0.1:" + server.address().getPort());
            assertThat(Background.start(() -> client.dial(https, "token")).failure())
                    .isInstanceOf(ProtocolViolation.class);
        }
    }

    // ---- waits that end

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void theTimeLimitEndsTheWait(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RdvClient client = OurClient.builder(Way.RELAYED)
                        .timeout(Duration.ofMillis(300))
                        .build()) {
            assertThat(Background.start(() -> client.accept(server.uri(), "alone"))
                            .failure())
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("nobody came under this word")
                    .hasMessageContaining("within 300 ms");
        }
    }

    @Test
    void theTimeLimitEndsTheWaitForAServerThatSaysNothing() throws Exception {
        try (RawServer server = RawServer.start();
                RdvClient client = OurClient.builder(Way.RELAYED)
                        .timeout(Duration.ofMillis(300))
                        .build()) {
            assertThat(Background.start(() -> client.dial(server.uri(), "token"))
                            .failure())
                    .isInstanceOf(TimedOut.class);
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void anInterruptEndsTheWaitAndTheServerForgetsIt(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start()) {
            var waiting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "interrupted");
            server.awaitWaiting("interrupted");
            waiting.awaitBlocked().interrupt();
            assertThat(waiting.failure()).isInstanceOf(IOException.class);
            meetsNobodyOfBefore(kind, server, "interrupted");
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void closingTheClientEndsTheWait(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RdvClient client = OurClient.builder(Way.RELAYED).build()) {
            var waiting = Background.start(() -> client.accept(server.uri(), "closed"));
            server.awaitWaiting("closed");
            client.close();
            assertThat(waiting.failure())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("closed");
            meetsNobodyOfBefore(kind, server, "closed");
        }
    }

    /**
     * Whoever waited under the token is gone: two new ones meet each other. Not asked of the original: it matches a waiter
     * that has just left (docs/specs/rdv.md 10.2 #8).
     */
    private static void meetsNobodyOfBefore(LiveServer.Kind kind, LiveServer server, String token) throws Exception {
        if (kind == LiveServer.Kind.ORIGINAL) {
            return;
        }
        var accepting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), token);
        try (StreamConnection dialer = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), token)
                        .result();
                StreamConnection acceptor = accepting.result()) {
            dialer.stream().write(ByteBuffer.wrap(new byte[] {42}));
            assertThat(Exchange.readExactly(acceptor.stream(), 1).get()).isEqualTo((byte) 42);
        }
    }

    @Test
    void theOriginalServerKilledWhileAClientWaitsIsAFailure() throws Exception {
        try (OriginalServer server = OriginalServer.start(LiveServer.Settings.PLAIN)) {
            var waiting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "killed");
            server.awaitWaiting("killed");
            server.kill();
            assertThat(waiting.failure())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOfAny(TimedOut.class, LimitExceeded.class, Refused.class, AuthenticationFailed.class);
        }
    }

    @Test
    void anAcceptorWhoseRelayEndsBeforeTheChoiceFailsSoon() throws Exception {
        try (RawServer server = RawServer.start()) {
            var accepting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "token");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(""));
            }
            assertThat(accepting.failure()).isInstanceOf(PeerUnreachable.class);
        }
    }

    @Test
    void aDialerWhoseRelayEndsBeforeTheChoiceDoesNotTakeItForAConnection() throws Exception {
        try (RawServer server = RawServer.start()) {
            // Long enough for the end of the relay to be there when it looks.
            var dialing = Background.start(() -> OurClient.builder(Way.DIRECT)
                    .picker(Picker.waitConstant(Duration.ofMillis(300)))
                    .build()
                    .dial(server.uri(), "token"));
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(""));
            }
            assertThat(dialing.failure()).isInstanceOf(PeerUnreachable.class);
        }
    }

    // ---- strangers on the direct path

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rdv/1 ACCEPT other\n",
                "rdv/1 DIAL token\n",
                "rdv/2 ACCEPT token\n",
                "rdv/1 ACCEPT token more\n",
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                ""
            })
    void aCandidateThatIsNotThePeerIsLeftForTheRelay(String says) throws Exception {
        try (RawServer server = RawServer.start();
                RawServer stranger = RawServer.start()) {
            var dialing = Background.start(() -> OurClient.builder(Way.DIRECT)
                    .picker(Picker.waitForDirect(Duration.ofMillis(300)))
                    .build()
                    .dial(server.uri(), "token"));
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(stranger.text()));
                try (RawPeer direct = stranger.accept()) {
                    direct.send(says);
                    assertThat(relay.readLine()).isEqualTo("CONTINUE\n");
                    try (StreamConnection connection = dialing.result()) {
                        assertThat(connection.route()).isEqualTo(new Route.Relayed(server.address()));
                        assertThat(direct.readToEnd()).isIn("rdv/1 DIAL token\n", "");
                    }
                }
            }
        }
    }

    @Test
    void theLongestLineOfTheOriginalIsReadAndOneByteMoreIsNot() throws Exception {
        String longest = "rdv/1 ACCEPT token" + " ".repeat(4_096 - 19) + "\n";
        assertThat(routeAfter(longest)).isEqualTo("direct");
        assertThat(routeAfter(longest.replace("token ", "token  "))).isEqualTo("relayed");
    }

    private static String routeAfter(String headerLine) throws Exception {
        try (RawServer server = RawServer.start();
                RawServer acceptor = RawServer.start()) {
            var dialing = Background.start(() -> OurClient.builder(Way.DIRECT)
                    .picker(Picker.waitForDirect(Duration.ofMillis(500)))
                    .build()
                    .dial(server.uri(), "token"));
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(acceptor.text()));
                try (RawPeer direct = acceptor.accept()) {
                    direct.send(headerLine);
                    try (StreamConnection connection = dialing.result()) {
                        return connection.route().label();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void peersWhoseTokensDifferOnlyInTheirEscapingEndOnTheRelay(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                ChildProcess acceptor = OriginalClient.with(Way.DIRECT).start(Method.ACCEPT, server.uri(), "a%20b")) {
            var dialing = Background.start(() -> OurClient.builder(Way.DIRECT)
                    .picker(Picker.waitForDirect(Duration.ofMillis(300)))
                    .build()
                    .dial(server.uri(), "a b"));
            try (StreamConnection connection = dialing.result()) {
                assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                Exchange.run(connection.stream(), Payload.of(6461, 1_000), Payload.empty());
            }
            assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void tokensThatNeedEscapingMeetAndConnectDirectly(LiveServer.Kind kind) throws Exception {
        for (String token : new String[] {"a b", "a/b", "a//b", "ü+&=@:$", "a%2Fb"}) {
            try (LiveServer server = kind.start();
                    ChildProcess acceptor = OriginalClient.with(Way.DIRECT).start(Method.ACCEPT, server.uri(), token);
                    StreamConnection connection = OurClient.connect(Way.DIRECT, Method.DIAL, server.uri(), token)
                            .result()) {
                assertThat(connection.route()).as(token).isInstanceOf(Route.Direct.class);
                Exchange.run(connection.stream(), Payload.of(6462, 1_000), Payload.empty());
                assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
            }
        }
    }

    // ---- one side without direct paths

    @ParameterizedTest
    @CsvSource({"OURS, true", "OURS, false", "ORIGINAL, true", "ORIGINAL, false"})
    void oneSideWithoutSpacesIsEnoughForTheRelay(LiveServer.Kind kind, boolean oursHasNone) throws Exception {
        try (LiveServer server = kind.start();
                ChildProcess acceptor = OriginalClient.with(oursHasNone ? Way.DIRECT : Way.RELAYED)
                        .start(Method.ACCEPT, server.uri(), "one-side")) {
            var dialing = Background.start(() -> OurClient.builder(oursHasNone ? Way.RELAYED : Way.DIRECT)
                    .picker(Picker.waitForDirect(Duration.ofMillis(300)))
                    .build()
                    .dial(server.uri(), "one-side"));
            try (StreamConnection connection = dialing.result()) {
                assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                Exchange.run(connection.stream(), Payload.of(6463, 1_000), Payload.empty());
            }
            assertThat(acceptor.awaitExit()).as(() -> acceptor.everything()).isZero();
        }
    }

    // ---- ends that come too early

    @ParameterizedTest
    @EnumSource(Way.class)
    void theOriginalKilledInTheMiddleLeavesAnExactBeginning(Way way) throws Exception {
        Payload whole = Payload.of(6464, 64L << 20);
        try (LiveServer server = LiveServer.Kind.OURS.start();
                ChildProcess sender = OriginalClient.with(way)
                        .start(
                                Method.ACCEPT,
                                server.uri(),
                                "killed",
                                "--send",
                                whole.file(directory).toString());
                StreamConnection connection = OurClient.connect(way, Method.DIAL, server.uri(), "killed")
                        .result()) {
            assertThat(connection.route().label()).isEqualTo(way.label());
            connection.stream().readTimeout(Duration.ofSeconds(15));
            assertThat(Exchange.readExactly(connection.stream(), Long.BYTES).getLong())
                    .isEqualTo(whole.length());
            ByteOracle.Sink arrived = whole.oracle().sink();
            ByteBuffer block = ByteBuffer.allocate(64 * 1_024);
            try {
                while (connection.stream().read(block.clear()) >= 0) {
                    arrived.accept(block.flip());
                    if (arrived.count() > BEFORE_THE_KILL) {
                        sender.kill();
                    }
                }
            } catch (TimedOut e) {
                throw new AssertionError("its end was not noticed", e);
            } catch (IOException e) {
                // A reset is an end, too.
            }
            assertThat(arrived.count()).isBetween(BEFORE_THE_KILL, whole.length() - 1);
        }
    }

    @Test
    void aSilentCircuitIsEndedByOurServerAndBothOriginalsNotice() throws Exception {
        try (LiveServer server = LiveServer.Kind.OURS.start(LiveServer.Settings.PLAIN.idle(Duration.ofMillis(500)));
                ChildProcess acceptor =
                        OriginalClient.with(Way.RELAYED).start(Method.ACCEPT, server.uri(), "idle", "--raw");
                RawPeer dialer = RawPeer.to(server.address())) {
            dialer.send(RawPeer.request("DIAL", "idle", ""));
            dialer.readHead();
            dialer.send("CONTINUE\n");
            assertThat(dialer.readToEnd()).isEmpty();
            assertThat(server.carried("idle")).isEqualTo(new LiveServer.Carried(0, 0, false));
            acceptor.awaitExit();
        }
    }
}
