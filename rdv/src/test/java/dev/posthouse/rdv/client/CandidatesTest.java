package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import dev.posthouse.rdv.wire.Token;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates that are not the peer, and those that may not be dialled, cost nothing but a line in the report. */
@ExtendWith(LeakCheck.class)
class CandidatesTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static RdvClient dialer(Picker picker) {
        return RdvClient.builder()
                .spaces(RdvClientTest.LOOPBACK)
                .timeout(LONG)
                .picker(picker)
                .build();
    }

    private static RdvClient patient() {
        return dialer(Picker.waitForDirect(Duration.ofSeconds(10)));
    }

    /** A peer of the dialer's at a candidate's address, which a test lets say what it likes. */
    private static final class Candidate implements AutoCloseable {
        private final TcpListener listener;

        Candidate() throws IOException {
            listener = TcpListener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        }

        String address() {
            return "127.0.0.1:" + listener.address().getPort();
        }

        RawPeer next() throws IOException {
            return RawPeer.of(new TcpStream(listener.accept()));
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rdv/1 ACCEPT other\n",
                "rdv/1 DIAL t\n",
                "rdv/2 ACCEPT t\n",
                "rdv/1 ACCEPT t more\n",
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                "\n",
                "", // silent
            })
    void strangerIsNotChosenAndTheRealPeerIs(String says) throws IOException {
        try (var server = new FakeServer();
                var stranger = new Candidate();
                var real = new Candidate()) {
            var dialing = Background.start(() -> patient().dial(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting(stranger.address(), real.address()));
                    RawPeer atStranger = stranger.next();
                    RawPeer atReal = real.next()) {
                assertThat(atStranger.read(13)).isEqualTo("rdv/1 DIAL t\n");
                assertThat(atReal.read(13)).isEqualTo("rdv/1 DIAL t\n");
                atStranger.send(says);
                if (!says.isEmpty()) {
                    assertEnds(atStranger);
                }
                atReal.send("rdv/1 ACCEPT t\nglued");
                try (StreamConnection connection = dialing.result()) {
                    assertThat(connection.route()).isInstanceOf(Route.Direct.class);
                    assertThat(atReal.read(9)).isEqualTo("CONTINUE\n");
                    assertThat(relay.rest()).isEqualTo("OTHER " + real.address() + "\n");
                    ByteBuffer glued = ByteBuffer.allocate(5);
                    while (glued.hasRemaining()) {
                        connection.stream().read(glued);
                    }
                    assertThat(new String(glued.array(), StandardCharsets.US_ASCII))
                            .isEqualTo("glued");
                    assertThat(connection.report().attempts())
                            .filteredOn(attempt -> attempt.outcome().equals("chosen"))
                            .extracting(attempt -> attempt.remote().getPort())
                            .containsExactly(
                                    ((Route.Direct) connection.route()).remote().getPort());
                }
            }
        }
    }

    // ---- whoever finds the port

    /** The port on which a client listens, from its request. */
    private static InetSocketAddress listening(String head) {
        Matcher own = Pattern.compile("Rdv-Self-Addrs: 127\\.0\\.0\\.1:(\\d+)").matcher(head);
        assertThat(own.find()).as(head).isTrue();
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(own.group(1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // silent
                "rdv/1 ACCEPT other\n",
                "rdv/1 ACCEPT secre\n",
                "rdv/1 ACCEPT\n",
                "rdv/1 DIAL secret\n",
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                "\n",
            })
    void strangerThatFindsThePortIsToldNothingAndGivesNothing(String says) throws IOException {
        try (var server = new FakeServer()) {
            var dialing = Background.start(() -> patient().dial(server.uri(), "secret"));
            try (RawPeer relay = server.next()) {
                InetSocketAddress port = listening(relay.head());
                relay.send(FakeServer.meeting());
                try (RawPeer stranger = RawPeer.connect(port)) {
                    stranger.send(says + (says.isEmpty() ? "" : "bytes of a stranger"));
                    assertThat(stranger.restOrReset()).isEmpty();
                }
                try (RawPeer peer = RawPeer.connect(port)) {
                    peer.send("rdv/1 ACCEPT secret\n");
                    assertThat(peer.read(18)).isEqualTo("rdv/1 DIAL secret\n");
                    try (StreamConnection connection = dialing.result()) {
                        assertThat(connection.route()).isEqualTo(new Route.Direct(peer.local()));
                        assertThat(peer.read(9)).isEqualTo("CONTINUE\n");
                        peer.send("of the peer").end();
                        ByteBuffer all = ByteBuffer.allocate(100);
                        while (connection.stream().read(all) >= 0) {
                            // to the end
                        }
                        assertThat(new String(all.array(), 0, all.position(), StandardCharsets.US_ASCII))
                                .isEqualTo("of the peer");
                    }
                }
            }
        }
    }

    @Test
    void manyStrangersTakeNoPlaceOfThePeers() throws IOException {
        try (var server = new FakeServer();
                var peer = new Candidate()) {
            var dialing = Background.start(() -> patient().dial(server.uri(), "t"));
            List<SocketChannel> strangers = new ArrayList<>();
            try (RawPeer relay = server.next()) {
                InetSocketAddress port = listening(relay.head());
                // From an address that the peer has not named.
                for (int i = 0; i < 100; i++) {
                    SocketChannel stranger = SocketChannel.open();
                    strangers.add(stranger);
                    stranger.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
                    try {
                        stranger.connect(port);
                    } catch (IOException e) {
                        // refused so quickly that it has not even come about
                    }
                }
                relay.send(FakeServer.meeting(peer.address()));
                try (RawPeer at = peer.next()) {
                    at.send("rdv/1 ACCEPT t\n");
                    try (StreamConnection connection = dialing.result()) {
                        assertThat(connection.route()).isInstanceOf(Route.Direct.class);
                        assertThat(connection.report().attempts())
                                .extracting(Report.Attempt::outcome)
                                .contains("rejected: too many at a time");
                    }
                }
            } finally {
                for (SocketChannel stranger : strangers) {
                    stranger.close();
                }
            }
        }
    }

    /** A server that passes on what ours do, and the other client is one of ours. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void betweenTwoOfOursTheTokenIsNotShown(boolean weAreDialled) throws IOException {
        String theirs = Proof.nonce();
        try (var server = new FakeServer();
                var other = new Candidate()) {
            var dialing = Background.start(() -> patient().dial(server.uri(), "secret"));
            try (RawPeer relay = server.next()) {
                String head = relay.head();
                Matcher nonce =
                        Pattern.compile("Posthouse-Proof: ([0-9a-f]{32})\r\n").matcher(head);
                assertThat(nonce.find()).as(head).isTrue();
                Proof proof = Proof.ofMeeting(Token.of("secret"), Method.ACCEPT, theirs, nonce.group(1));
                String ours = new String(proof.line(Method.DIAL), StandardCharsets.US_ASCII);
                assertThat(ours).doesNotContain("secret");
                relay.send(FakeServer.meeting(other.address())
                        .replace("Upgrade:", "Posthouse-Peer-Proof: " + theirs + "\r\nUpgrade:"));
                try (RawPeer outbound = other.next();
                        RawPeer inbound = RawPeer.connect(listening(head));
                        RawPeer onlyToken = RawPeer.connect(listening(head))) {
                    onlyToken.send("rdv/1 ACCEPT secret\n");
                    assertThat(onlyToken.restOrReset()).isEmpty();
                    assertThat(outbound.read(ours.length())).isEqualTo(ours);
                    RawPeer chosen = weAreDialled ? inbound : outbound;
                    chosen.send(new String(proof.line(Method.ACCEPT), StandardCharsets.US_ASCII));
                    if (weAreDialled) {
                        assertThat(inbound.read(ours.length())).isEqualTo(ours);
                    }
                    assertThat(chosen.read(9)).isEqualTo("CONTINUE\n");
                    try (StreamConnection connection = dialing.result()) {
                        assertThat(connection.route()).isInstanceOf(Route.Direct.class);
                    }
                }
            }
        }
    }

    @Test
    void lineThatIsTooLongIsNoPeer() throws IOException {
        try (var server = new FakeServer();
                var stranger = new Candidate()) {
            var dialing = Background.start(
                    () -> dialer(Picker.waitForDirect(Duration.ofSeconds(3))).dial(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting(stranger.address()));
                    RawPeer at = stranger.next()) {
                at.send("rdv/1 ACCEPT t" + " ".repeat(4_096 - 14) + "\n");
                assertEnds(at);
                try (StreamConnection connection = dialing.result()) {
                    assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                    assertThat(relay.read(9)).isEqualTo("CONTINUE\n");
                }
            }
        }
    }

    @Test
    void lineOfExactlyTheBoundIsRead() throws IOException {
        try (var server = new FakeServer();
                var peer = new Candidate()) {
            var dialing = Background.start(() -> patient().dial(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting(peer.address()));
                    RawPeer at = peer.next()) {
                at.send("rdv/1 ACCEPT t" + " ".repeat(4_095 - 14) + "\n");
                try (StreamConnection connection = dialing.result()) {
                    assertThat(connection.route()).isInstanceOf(Route.Direct.class);
                    assertThat(relay.rest()).startsWith("OTHER ");
                }
            }
        }
    }

    /** The peer whose word does not come is not taken by an acceptor, whatever else it says. */
    @ParameterizedTest
    @ValueSource(strings = {"OTHER 127.0.0.1:1\n", "continue\n", "hello\n"})
    void acceptorTakesNoDirectConnectionWithoutContinue(String word) throws IOException {
        try (var server = new FakeServer();
                var stranger = new Candidate()) {
            var accepting = Background.start(() -> patient().accept(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting(stranger.address()));
                    RawPeer at = stranger.next()) {
                assertThat(at.read(15)).isEqualTo("rdv/1 ACCEPT t\n");
                at.send("rdv/1 DIAL t\n" + word);
                assertEnds(at);
                relay.send("CONTINUE\n");
                try (StreamConnection connection = accepting.result()) {
                    assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                }
            }
        }
    }

    @Test
    void candidatesThatMayNotBeDialledAreNotDialled() throws IOException {
        try (var server = new FakeServer();
                var forbidden = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            String serverItself = "127.0.0.1:" + server.address().getPort();
            var dialing = Background.start(
                    () -> dialer(Picker.waitForDirect(Duration.ofSeconds(1))).dial(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting(
                            "0.0.0.0:4000",
                            "224.0.0.1:4000",
                            "255.255.255.255:4000",
                            "[ff0e:7264:7600::1]:1",
                            "[::1]:" + forbidden.getLocalPort(),
                            "192.0.2.1:4000",
                            "127.0.0.1:22",
                            "127.0.0.1:0",
                            serverItself));
                    StreamConnection connection = dialing.result()) {
                assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
                assertThat(relay.read(9)).isEqualTo("CONTINUE\n");
                assertThat(connection.report().peerCandidates()).hasSize(9);
                assertThat(connection.report().attempts())
                        .extracting(Report.Attempt::outcome)
                        .containsExactlyInAnyOrder(
                                "not tried: no address of a host",
                                "not tried: no address of a host",
                                "not tried: no address of a host",
                                "not tried: no address of a host",
                                "not tried: loopback6 addresses not enabled",
                                "not tried: public4 addresses not enabled",
                                "not tried: privileged port",
                                "not tried: port 0",
                                "not tried: own relay");
            }
        }
    }

    @Test
    void tenCandidatesAreTakenAndElevenAreAViolation() throws IOException {
        String[] eleven =
                IntStream.range(0, 11).mapToObj(i -> "192.0.2." + i + ":4000").toArray(String[]::new);
        for (int count : List.of(10, 11)) {
            try (var server = new FakeServer()) {
                var dialing = Background.start(() -> dialer(Picker.first()).dial(server.uri(), "t"));
                try (RawPeer relay = server.answer(
                        FakeServer.meeting(List.of(eleven).subList(0, count).toArray(new String[0])))) {
                    if (count == 10) {
                        try (StreamConnection connection = dialing.result()) {
                            assertThat(connection.report().peerCandidates()).hasSize(10);
                        }
                    } else {
                        assertThat(dialing.failure())
                                .isInstanceOf(ProtocolViolation.class)
                                .hasMessageContaining("too many peer addrs");
                        assertThat(relay.restOrReset()).isEmpty();
                    }
                }
            }
        }
    }

    // ---- the lower operation

    @Test
    void rendezvousHandsOutEverythingAndChoosesNothing() throws Exception {
        AddressPort pseudo = AddressPort.parse("[ff0e:7264:7600::1]:7");
        RdvClient client =
                RdvClient.builder().spaces(RdvClientTest.LOOPBACK).timeout(LONG).build();
        try (var server = ServerFixture.start()) {
            var accepting =
                    Background.start(() -> client.rendezvous(Method.ACCEPT, server.uri(), "t", List.of(pseudo)));
            try (Rendezvous dialer = client.rendezvous(Method.DIAL, server.uri(), "t", List.of());
                    Rendezvous acceptor = accepting.result()) {
                assertThat(acceptor.ownCandidates()).contains(pseudo).hasSize(2);
                assertThat(dialer.response().peerAddrs()).contains(pseudo).containsAll(acceptor.ownCandidates());
                assertThat(dialer.response().observed())
                        .isEqualTo(dialer.ownCandidates().stream().findFirst());
                assertThat(dialer.response().peer().roundTrip()).isPresent();
                assertThat(dialer.response().peer().stream())
                        .as("who goes on in a way of its own offers nothing")
                        .isEmpty();
                assertThat(dialer.relayAddress()).isEqualTo(server.address());
                assertThat(dialer.method()).isEqualTo(Method.DIAL);
                // The socket is alive: the peer's own listener takes a connection that nobody has raced for.
                try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"), acceptor.socket().port()))) {
                    try (TcpStream inbound = acceptor.socket().nextInbound(LONG).orElseThrow().stream()) {
                        assertThat(inbound.remoteAddress()).contains((InetSocketAddress) channel.getLocalAddress());
                    }
                }
                // And so is the relay's stream.
                dialer.relay().write(ByteBuffer.wrap("CONTINUE\nx".getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer got = ByteBuffer.allocate(10);
                acceptor.relay().readTimeout(LONG);
                while (got.hasRemaining()) {
                    acceptor.relay().read(got);
                }
                assertThat(new String(got.array(), StandardCharsets.US_ASCII)).isEqualTo("CONTINUE\nx");
            }
        }
    }

    @Test
    void rendezvousOffersNoMoreThanNineCandidates() throws Exception {
        RdvClient client = RdvClient.builder()
                .spaces(AddressSpaces.NONE)
                .timeout(Duration.ofSeconds(20))
                .build();
        List<AddressPort> twelve = IntStream.range(0, 12)
                .mapToObj(i -> AddressPort.parse("192.0.2." + (100 + i) + ":1"))
                .toList();
        try (var server = ServerFixture.start()) {
            var accepting = Background.start(() -> client.rendezvous(Method.ACCEPT, server.uri(), "t", twelve));
            try (Rendezvous dialer = client.rendezvous(Method.DIAL, server.uri(), "t", List.of());
                    Rendezvous acceptor = accepting.result()) {
                assertThat(acceptor.ownCandidates()).isEqualTo(twelve.subList(0, 9));
                assertThat(dialer.response().peerAddrs()).hasSize(10).containsAll(twelve.subList(0, 9));
            }
        }
    }

    @Test
    void rendezvousThatFailsLeavesNothing() throws IOException {
        RdvClient client = RdvClient.builder().timeout(Duration.ofMillis(1_500)).build();
        try (var server = ServerFixture.start()) {
            assertThatThrownBy(() -> client.rendezvous(Method.DIAL, server.uri(), "t", List.of()))
                    .isInstanceOf(dev.posthouse.net.TimedOut.class);
        }
    }

    private static void assertEnds(RawPeer peer) throws IOException {
        try {
            String rest = peer.rest();
            assertThat(rest).isIn("", "rdv/1 DIAL t\n", "rdv/1 ACCEPT t\n");
        } catch (dev.posthouse.net.TimedOut e) {
            throw new AssertionError("it was left open", e);
        } catch (IOException e) {
            // reset
        }
    }
}
