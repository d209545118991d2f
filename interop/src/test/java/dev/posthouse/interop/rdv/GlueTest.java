package dev.posthouse.interop.rdv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that arrive together with what stands before them, and words that arrive in pieces: nothing is lost, doubled or taken
 * for something else at any boundary. Servers are held against the original; clients are told by hand.
 */
@LiveRdv
@ExtendWith(LeakCheck.class)
class GlueTest {

    @TempDir
    static Path directory = Path.of("");

    // ---- servers

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void continueAndDataBehindTheSecondRequestReachTheAcceptor(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer acceptor = RawPeer.to(server.address());
                RawPeer dialer = RawPeer.to(server.address())) {
            acceptor.send(RawPeer.request("ACCEPT", "behind-request", ""));
            server.awaitWaiting("behind-request");
            dialer.send(RawPeer.request("DIAL", "behind-request", "") + "CONTINUE\nhello");

            assertThat(dialer.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(acceptor.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(acceptor.read(14)).isEqualTo("CONTINUE\nhello");
            acceptor.send("and back");
            assertThat(dialer.read(8)).isEqualTo("and back");
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void dataOfTheAcceptorBehindTheSecondRequestReachesTheDialerAfterContinue(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer dialer = RawPeer.to(server.address());
                RawPeer acceptor = RawPeer.to(server.address())) {
            dialer.send(RawPeer.request("DIAL", "early-acceptor", ""));
            server.awaitWaiting("early-acceptor");
            acceptor.send(RawPeer.request("ACCEPT", "early-acceptor", "") + "early");
            dialer.readHead();
            acceptor.readHead();
            dialer.send("CONTINUE\n");

            assertThat(dialer.read(5)).isEqualTo("early");
            assertThat(acceptor.read(9)).isEqualTo("CONTINUE\n");
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void dataOfTheAcceptorBehindThe101ReachesTheDialerAfterContinue(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer dialer = RawPeer.to(server.address());
                RawPeer acceptor = RawPeer.to(server.address())) {
            acceptor.send(RawPeer.request("ACCEPT", "before-continue", ""));
            server.awaitWaiting("before-continue");
            dialer.send(RawPeer.request("DIAL", "before-continue", ""));
            acceptor.readHead();
            acceptor.send("not asked yet");
            dialer.readHead();
            dialer.send("CONTINUE\ndata");

            assertThat(dialer.read(13)).isEqualTo("not asked yet");
            assertThat(acceptor.read(13)).isEqualTo("CONTINUE\ndata");
        }
    }

    @ParameterizedTest
    @EnumSource(LiveServer.Kind.class)
    void aRequestAndACommandMayComeByteByByte(LiveServer.Kind kind) throws Exception {
        try (LiveServer server = kind.start();
                RawPeer dialer = RawPeer.to(server.address());
                RawPeer acceptor = RawPeer.to(server.address())) {
            acceptor.sendByteByByte(RawPeer.request("ACCEPT", "in-pieces", "127.0.0.1:40001"));
            server.awaitWaiting("in-pieces");
            dialer.sendByteByByte(RawPeer.request("DIAL", "in-pieces", ""));

            assertThat(dialer.readHead()).contains("127.0.0.1:40001");
            acceptor.readHead();
            dialer.sendByteByByte("CONTINUE\nslow");
            assertThat(acceptor.read(13)).isEqualTo("CONTINUE\nslow");
        }
    }

    // ---- our client at the relay

    @Test
    void anAcceptorKeepsContinueAndDataBehindThe101() throws Exception {
        try (RawServer server = RawServer.start()) {
            var accepting = OurClient.connect(Way.RELAYED, Method.ACCEPT, server.uri(), "glued");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching("") + "CONTINUE\nhello");
                try (StreamConnection connection = accepting.result()) {
                    assertThat(read(connection, 5)).isEqualTo("hello");
                    connection.stream().write(ByteBuffer.wrap(bytes("back")));
                    assertThat(relay.read(4)).isEqualTo("back");
                }
            }
        }
    }

    @Test
    void aDialerKeepsDataBehindThe101() throws Exception {
        try (RawServer server = RawServer.start()) {
            var dialing = OurClient.connect(Way.RELAYED, Method.DIAL, server.uri(), "glued");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching("") + "hello");
                assertThat(relay.readLine()).isEqualTo("CONTINUE\n");
                try (StreamConnection connection = dialing.result()) {
                    assertThat(read(connection, 5)).isEqualTo("hello");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void theAnswerAndTheCommandMayComeByteByByte(Method method) throws Exception {
        try (RawServer server = RawServer.start()) {
            var connecting = OurClient.connect(Way.RELAYED, method, server.uri(), "in-pieces");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.sendByteByByte(
                        RawServer.switching("127.0.0.1:9") + (method == Method.ACCEPT ? "CONTINUE\n" : "") + "slow");
                try (StreamConnection connection = connecting.result()) {
                    assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                    assertThat(read(connection, 4)).isEqualTo("slow");
                }
            }
        }
    }

    // ---- our client on a direct connection

    @ParameterizedTest(name = "byte by byte: {0}")
    @org.junit.jupiter.params.provider.ValueSource(booleans = {false, true})
    void aDialerKeepsDataBehindTheHeaderLine(boolean byteByByte) throws Exception {
        try (RawServer server = RawServer.start();
                RawServer acceptor = RawServer.start()) {
            var dialing = OurClient.connect(Way.DIRECT, Method.DIAL, server.uri(), "direct");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(acceptor.text()));
                try (RawPeer direct = acceptor.accept()) {
                    send(direct, "rdv/1 ACCEPT direct\nhello", byteByByte);
                    assertThat(direct.readLine()).isEqualTo("rdv/1 DIAL direct\n");
                    assertThat(direct.readLine()).isEqualTo("CONTINUE\n");
                    assertThat(relay.readToEnd()).isEqualTo("OTHER " + acceptor.text() + "\n");
                    try (StreamConnection connection = dialing.result()) {
                        assertThat(connection.route()).isEqualTo(new Route.Direct(acceptor.address()));
                        assertThat(read(connection, 5)).isEqualTo("hello");
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "byte by byte: {0}")
    @org.junit.jupiter.params.provider.ValueSource(booleans = {false, true})
    void anAcceptorKeepsContinueAndDataBehindTheHeaderLine(boolean byteByByte) throws Exception {
        try (RawServer server = RawServer.start();
                RawServer dialer = RawServer.start()) {
            var accepting = OurClient.connect(Way.DIRECT, Method.ACCEPT, server.uri(), "direct");
            try (RawPeer relay = server.accept()) {
                relay.readHead();
                relay.send(RawServer.switching(dialer.text()));
                try (RawPeer direct = dialer.accept()) {
                    send(direct, "rdv/1 DIAL direct\nCONTINUE\nhello", byteByByte);
                    assertThat(direct.readLine()).isEqualTo("rdv/1 ACCEPT direct\n");
                    try (StreamConnection connection = accepting.result()) {
                        assertThat(connection.route()).isEqualTo(new Route.Direct(dialer.address()));
                        assertThat(read(connection, 5)).isEqualTo("hello");
                        assertThat(relay.readToEnd()).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void anAcceptorThatIsConnectedToTakesTheSameWords() throws Exception {
        try (RawServer server = RawServer.start()) {
            var accepting = OurClient.connect(Way.DIRECT, Method.ACCEPT, server.uri(), "inbound");
            try (RawPeer relay = server.accept()) {
                String offered = relay.readHead()
                        .lines()
                        .filter(line -> line.startsWith("Rdv-Self-Addrs: "))
                        .flatMap(line -> Stream.of(line.substring(16).split(", ", -1)))
                        .filter(address -> address.startsWith("127.0.0.1:"))
                        .findFirst()
                        .orElseThrow();
                relay.send(RawServer.switching(""));
                var address =
                        dev.posthouse.net.address.AddressPort.parse(offered).toSocketAddress();
                try (RawPeer direct = RawPeer.toFromLoopback(address)) {
                    direct.send("rdv/1 DIAL inbound\nCONTINUE\nhello");
                    assertThat(direct.readLine()).isEqualTo("rdv/1 ACCEPT inbound\n");
                    try (StreamConnection connection = accepting.result()) {
                        assertThat(connection.route()).isEqualTo(new Route.Direct(direct.local()));
                        assertThat(read(connection, 5)).isEqualTo("hello");
                    }
                }
            }
        }
    }

    // ---- the original's own glue: CONTINUE, length and data in one segment

    static Stream<Arguments> gluedCells() {
        return Stream.of(LiveServer.Kind.values()).flatMap(server -> Stream.of(LiveClient.Kind.values())
                .flatMap(dialer -> Stream.of(LiveClient.Kind.values())
                        .filter(acceptor -> dialer == LiveClient.Kind.ORIGINAL || acceptor == LiveClient.Kind.ORIGINAL)
                        .flatMap(acceptor ->
                                Stream.of(Way.values()).map(way -> Arguments.of(server, dialer, acceptor, way)))));
    }

    @ParameterizedTest(name = "server {0}, dialer {1}, acceptor {2}, {3}")
    @MethodSource("gluedCells")
    void whatTheOriginalGluesToContinueArrives(
            LiveServer.Kind serverKind, LiveClient.Kind dialerKind, LiveClient.Kind acceptorKind, Way way)
            throws Exception {
        Payload fromDialer = Payload.of(6411, 1_000);
        Payload fromAcceptor = Payload.of(6412, 70_000);
        String token = "glue-" + dialerKind + "-" + acceptorKind + "-" + way;
        try (LiveServer server = serverKind.start()) {
            var accepting = glued(acceptorKind, way)
                    .exchange(Method.ACCEPT, server.uri(), token, fromAcceptor, fromDialer, directory);
            var dialing = glued(dialerKind, way)
                    .exchange(Method.DIAL, server.uri(), token, fromDialer, fromAcceptor, directory);
            assertThat(dialing.result().received()).isEqualTo(fromAcceptor.sha256());
            assertThat(accepting.result().received()).isEqualTo(fromDialer.sha256());
            assertThat(server.choice(token).way()).isEqualTo(way);
        }
    }

    private static LiveClient glued(LiveClient.Kind kind, Way way) {
        return kind == LiveClient.Kind.ORIGINAL ? OriginalClient.with(way).and("--glue") : kind.with(way);
    }

    private static void send(RawPeer peer, String text, boolean byteByByte) throws Exception {
        if (byteByByte) {
            peer.sendByteByByte(text);
        } else {
            peer.send(text);
        }
    }

    private static String read(StreamConnection connection, int count) throws Exception {
        return new String(Exchange.readExactly(connection.stream(), count).array(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
