package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressSpace;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.connection.Route;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.BusyCommonPool;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two clients over one relay on loopback: which route they take, what they are told of it, and when they give up. */
@ExtendWith(LeakCheck.class)
class RdvClientTest {

    static final AddressSpaces LOOPBACK = AddressSpaces.of(AddressSpace.LOOPBACK4);

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Two connected clients. */
    record Pair(StreamConnection dialer, StreamConnection acceptor) implements AutoCloseable {
        static Pair meet(RdvClient dialer, RdvClient acceptor, URI server) {
            var accepting = Background.start(() -> acceptor.accept(server, "t"));
            var dialing = Background.start(() -> dialer.dial(server, "t"));
            return new Pair(dialing.result(), accepting.result());
        }

        @Override
        public void close() throws IOException {
            dialer.close();
            acceptor.close();
        }
    }

    private static RdvClient.Builder client(AddressSpaces spaces) {
        return RdvClient.builder().spaces(spaces).timeout(LONG).picker(Picker.waitForDirect(Duration.ofSeconds(10)));
    }

    private static RdvClient direct() {
        return client(LOOPBACK).build();
    }

    private static RdvClient relayed() {
        return client(AddressSpaces.NONE).build();
    }

    private static void assertCarries(ByteStream from, ByteStream to, String text) throws IOException {
        from.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        ByteBuffer got = ByteBuffer.allocate(text.length());
        to.readTimeout(LONG);
        while (got.hasRemaining() && to.read(got) >= 0) {
            // until all of it is there
        }
        assertThat(new String(got.array(), 0, got.position(), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    private static void assertCarriesHalfCloses(Pair pair) throws IOException {
        ByteStream one = pair.dialer().stream();
        ByteStream other = pair.acceptor().stream();
        assertCarries(one, other, "from the dialer");
        one.shutdownOutput();
        assertThat(other.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertCarries(other, one, "and still an answer");
        other.shutdownOutput();
        one.readTimeout(LONG);
        assertThat(one.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void clientsThatReachEachOtherGoDirect() throws IOException {
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(direct(), direct(), server.uri())) {
            assertThat(pair.dialer().route()).isInstanceOf(Route.Direct.class);
            assertThat(pair.acceptor().route()).isInstanceOf(Route.Direct.class);
            assertThat(pair.dialer().carriesHalfClose()).isTrue();
            assertThat(pair.acceptor().carriesHalfClose()).isTrue();
            assertCarriesHalfCloses(pair);
            RelayEvent.NotRelayed told = server.awaitEvent(RelayEvent.NotRelayed.class);
            assertThat(told.reason()).isEqualTo(Reason.DIRECT);
            assertThat(told.direct()).contains(pair.dialer().route().remote());
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void clientThatWantsNoDirectPathForcesTheRelay(boolean dialerForces, boolean acceptorForces) throws IOException {
        RdvClient dialer = dialerForces
                ? relayed()
                : client(LOOPBACK)
                        .picker(Picker.waitForDirect(Duration.ofMillis(300)))
                        .build();
        RdvClient acceptor = acceptorForces ? relayed() : direct();
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(dialer, acceptor, server.uri())) {
            assertThat(pair.dialer().route()).isEqualTo(new Route.Relayed(server.address()));
            assertThat(pair.acceptor().route()).isEqualTo(new Route.Relayed(server.address()));
            assertThat(pair.dialer().carriesHalfClose()).isTrue();
            assertThat(pair.acceptor().carriesHalfClose()).isTrue();
            assertCarriesHalfCloses(pair);
        }
    }

    @Test
    void firstTakesTheRelayAtOnce() throws IOException {
        RdvClient dialer = client(LOOPBACK).picker(Picker.first()).build();
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(dialer, direct(), server.uri())) {
            assertThat(pair.dialer().route()).isInstanceOf(Route.Relayed.class);
            assertThat(pair.acceptor().route()).isInstanceOf(Route.Relayed.class);
        }
    }

    @Test
    void constantWaitTakesTheBestWhenItIsOver() throws IOException {
        RdvClient dialer = client(LOOPBACK)
                .picker(Picker.waitConstant(Duration.ofSeconds(2)))
                .build();
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(dialer, direct(), server.uri())) {
            assertThat(pair.dialer().route()).isInstanceOf(Route.Direct.class);
            Report report = pair.dialer().report();
            assertThat(report.toConnected().minus(report.toMeeting())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        }
    }

    @Test
    void adaptivePickerGoesDirectOnAShortPath() throws IOException {
        RdvClient dialer = RdvClient.builder().spaces(LOOPBACK).timeout(LONG).build();
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(dialer, direct(), server.uri())) {
            assertCarriesHalfCloses(pair);
            assertThat(pair.dialer().route().label())
                    .isEqualTo(pair.acceptor().route().label());
        }
    }

    @Test
    void ownPickerSeesTheRelayFirstAndMaySayNo() throws IOException {
        var choosy = client(LOOPBACK)
                .picker(race -> {
                    Picker.Candidate first = race.next(LONG).orElseThrow();
                    if (first.isDirect()
                            || !race.candidates().contains(first)
                            || race.roundTrip().isNegative()) {
                        throw new AssertionError("the relay comes first: " + first);
                    }
                    Picker.Candidate second = race.next(LONG).orElseThrow();
                    throw new IOException("not good enough: " + second.isDirect());
                })
                .build();
        try (var server = ServerFixture.start()) {
            var accepting = Background.start(() -> direct().accept(server.uri(), "t"));
            assertThatThrownBy(() -> choosy.dial(server.uri(), "t")).hasMessage("not good enough: true");
            assertThat(accepting.failure()).isInstanceOf(PeerUnreachable.class);
        }
    }

    @Test
    void reportSaysWhatWasTriedAndWhatCameOfIt() throws IOException {
        try (var server = ServerFixture.start();
                Pair pair = Pair.meet(direct(), direct(), server.uri())) {
            Report dialers = pair.dialer().report();
            Report acceptors = pair.acceptor().report();
            assertThat(dialers.route()).isEqualTo(pair.dialer().route());
            assertThat(dialers.ownCandidates()).hasSize(1);
            assertThat(dialers.observedAddress())
                    .contains(dialers.ownCandidates().getFirst());
            // Own and observed are the same here: one candidate.
            assertThat(acceptors.peerCandidates()).isEqualTo(dialers.ownCandidates());
            assertThat(dialers.peerCandidates()).isEqualTo(acceptors.ownCandidates());
            for (Report report : java.util.List.of(dialers, acceptors)) {
                assertThat(report.attempts())
                        .filteredOn(attempt -> attempt.outcome().equals("chosen"))
                        .hasSize(1);
                assertThat(report.relayRoundTrip()).isPositive();
                assertThat(report.toMeeting()).isPositive().isLessThanOrEqualTo(report.toConnected());
            }
        }
    }

    @Test
    void headersOfTheApplicationAreSentWithTheRequest() throws Exception {
        try (var server = new FakeServer()) {
            RdvClient client = client(AddressSpaces.NONE)
                    .header("Authorization", "Bearer x")
                    .header("X-More", "yes")
                    .build();
            var dialing = Background.start(() -> client.dial(server.uri(), "t"));
            try (RawPeer request = server.next()) {
                assertThat(request.head())
                        .startsWith("DIAL /t HTTP/1.1\r\nHost: 127.0.0.1:"
                                + server.address().getPort() + "\r\n")
                        .contains("Authorization: Bearer x\r\n", "X-More: yes\r\n", "Rdv-Self-Addrs: \r\n");
            }
            assertThat(dialing.failure()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "connection", "UPGRADE", "Rdv-Self-Addrs", "Posthouse-Stream"})
    void headerOfTheProtocolsOwnCannotBeSet(String name) {
        assertThatThrownBy(() -> RdvClient.builder().header(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the header " + name + " is the protocol's own and cannot be set");
    }

    // ---- half-closes are promised only where everybody is ours

    @Test
    void halfCloseIsNotPromisedWithAStrangeServer() throws Exception {
        try (var server = new FakeServer()) {
            var dialing =
                    Background.start(() -> client(AddressSpaces.NONE).build().dial(server.uri(), "t"));
            try (RawPeer atServer = server.answer(FakeServer.meeting());
                    StreamConnection connection = dialing.result()) {
                assertThat(connection.carriesHalfClose()).isFalse();
                assertThat(atServer.read(9)).isEqualTo("CONTINUE\n");
            }
        }
    }

    @Test
    void halfCloseIsNotPromisedWithAStrangePeer() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer peer = server.waiting("ACCEPT", "t");
                StreamConnection connection = relayed().dial(server.uri(), "t")) {
            assertThat(connection.carriesHalfClose()).isFalse();
            assertThat(peer.head()).doesNotContain("Posthouse");
            assertThat(peer.read(9)).isEqualTo("CONTINUE\n");
        }
    }

    // ---- time

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void timeLimitEndsTheWaitForThePeer(boolean dial) throws IOException {
        RdvClient client = client(LOOPBACK).timeout(Duration.ofMillis(1_500)).build();
        try (var server = ServerFixture.start()) {
            assertThatThrownBy(() -> {
                        var unexpected = dial ? client.dial(server.uri(), "t") : client.accept(server.uri(), "t");
                        unexpected.close();
                    })
                    .isInstanceOf(TimedOut.class)
                    .hasMessageMatching(
                            "nobody came under this word at the relay .* within 1500 ms; compare the two words");
            assertThat(server.awaitEvent(RelayEvent.WaitEnded.class).reason()).isEqualTo(Reason.PEER_GONE);
        }
    }

    @Test
    void timeLimitHoldsThoughTheProgramHasFilledTheCommonPool() throws IOException {
        RdvClient client = client(LOOPBACK).timeout(Duration.ofMillis(1_500)).build();
        try (var server = ServerFixture.start();
                var busy = BusyCommonPool.fill()) {
            assertThat(Background.start(() -> client.dial(server.uri(), "t")).failure())
                    .isInstanceOf(TimedOut.class);
            assertThat(busy).isNotNull();
        }
    }

    @Test
    void timeLimitEndsAPickerThatWouldWaitLonger() throws IOException {
        for (Picker patient : java.util.List.of(
                Picker.waitForDirect(Duration.ofHours(1)), Picker.waitConstant(Duration.ofHours(1)))) {
            RdvClient client = client(LOOPBACK)
                    .picker(patient)
                    .timeout(Duration.ofMillis(1_500))
                    .build();
            try (var server = ServerFixture.start();
                    RawPeer peer = server.waiting("ACCEPT", "t")) {
                assertThat(Background.start(() -> client.dial(server.uri(), "t"))
                                .failure())
                        .isInstanceOf(TimedOut.class)
                        .hasMessage("no connection within 1500 ms");
                server.close();
                // Met or not by then; told to go on it was not.
                assertThat(peer.restOrReset()).doesNotContain("CONTINUE");
            }
        }
    }

    @Test
    void dialerMayTakeTheRelayWhenItsTimeIsUp() throws IOException {
        for (Picker patient : java.util.List.of(
                Picker.waitForDirect(Duration.ofHours(1)), Picker.waitConstant(Duration.ofHours(1)))) {
            RdvClient client = client(LOOPBACK)
                    .picker(patient)
                    .timeout(Duration.ofMillis(1_500))
                    .relayOnTimeout(true)
                    .build();
            try (var server = ServerFixture.start();
                    RawPeer peer = server.waiting("ACCEPT", "t");
                    StreamConnection connection = Background.start(() -> client.dial(server.uri(), "t"))
                            .result()) {
                assertThat(connection.route()).isEqualTo(new Route.Relayed(server.address()));
                peer.head();
                assertThat(peer.read(9)).isEqualTo("CONTINUE\n");
                connection.stream().write(ByteBuffer.wrap(new byte[] {'x'}));
                assertThat(peer.read(1)).isEqualTo("x");
            }
        }
    }

    @Test
    void relayOnTimeoutIsOfNoUseBeforeThePeerCame() throws IOException {
        RdvClient client = client(LOOPBACK)
                .timeout(Duration.ofMillis(1_500))
                .relayOnTimeout(true)
                .build();
        try (var server = ServerFixture.start()) {
            assertThatThrownBy(() -> client.dial(server.uri(), "t")).isInstanceOf(TimedOut.class);
        }
    }

    // ---- the relay is lost between the meeting and the choice

    @Test
    void relayThatIsGoneIsNoCandidate() throws Exception {
        RdvClient dialer = client(LOOPBACK)
                .picker(Picker.waitForDirect(Duration.ofMillis(100)))
                .build();
        try (var server = new FakeServer()) {
            var dialing = Background.start(() -> dialer.dial(server.uri(), "t"));
            server.answer(FakeServer.meeting()).close();
            assertThat(dialing.failure()).isInstanceOf(PeerUnreachable.class).hasMessageContaining("the relay is gone");
        }
    }

    @Test
    void acceptorWithoutItsRelayFailsAfterAGrace() throws Exception {
        try (var server = new FakeServer()) {
            var accepting = Background.start(() -> direct().accept(server.uri(), "t"));
            server.answer(FakeServer.meeting()).close();
            assertThat(accepting.failure())
                    .isInstanceOf(PeerUnreachable.class)
                    .hasMessageContaining("before the peer chose a route");
        }
    }

    @Test
    void acceptorThatCanOnlyUseTheRelayFailsAtOnceWithoutIt() throws Exception {
        try (var server = new FakeServer()) {
            var accepting = Background.start(() -> relayed().accept(server.uri(), "t"));
            server.answer(FakeServer.meeting()).close();
            assertThat(accepting.failure()).isInstanceOf(PeerUnreachable.class);
        }
    }

    @Test
    void acceptorKeepsTheBytesBehindContinue() throws Exception {
        try (var server = new FakeServer()) {
            var accepting = Background.start(() -> relayed().accept(server.uri(), "t"));
            try (RawPeer relay = server.answer(FakeServer.meeting() + "CONTINUE\nglued");
                    StreamConnection connection = accepting.result()) {
                ByteBuffer got = ByteBuffer.allocate(16);
                relay.send(" and more");
                while (got.position() < 14 && connection.stream().read(got) >= 0) {
                    // until all of it is there
                }
                assertThat(new String(got.array(), 0, got.position(), StandardCharsets.UTF_8))
                        .isEqualTo("glued and more");
            }
        }
    }

    @Test
    void tokenAndAddressAreCheckedBeforeAnyNetworkUse() {
        RdvClient client = RdvClient.withDefaults();
        assertThatThrownBy(() -> client.dial(URI.create("ftp://relay.example"), "t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http");
        assertThatThrownBy(() -> client.accept(URI.create("http://relay.example"), ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token");
        assertThatThrownBy(() -> RdvClient.builder().timeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
