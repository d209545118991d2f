package dev.posthouse.net.punch;

import static dev.posthouse.net.punch.Loopback.PACING;
import static dev.posthouse.net.punch.Loopback.PATIENCE;
import static dev.posthouse.net.punch.Loopback.V4;
import static dev.posthouse.net.punch.Loopback.V6;
import static dev.posthouse.net.punch.Loopback.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.address.AddressSpace;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Report;
import dev.posthouse.net.dial.HappyEyeballs.Dialed;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class RaceTest {

    private static Arrival next(Race race) throws InterruptedException {
        return race.next(PATIENCE).orElseThrow(() -> new AssertionError("nothing arrived: " + race.attempts()));
    }

    private static List<String> outcomes(Race race) {
        return race.attempts().stream().map(Report.Attempt::outcome).toList();
    }

    private static int readByte(ByteStream stream) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        stream.readTimeout(PATIENCE);
        return stream.read(one) < 0 ? -1 : one.get(0);
    }

    static Stream<InetAddress> families() {
        return Stream.of(V4, V6);
    }

    @ParameterizedTest
    @MethodSource("families")
    void twoSocketsThatDialEachOtherMeet(InetAddress host) throws Exception {
        try (PunchSocket a = Loopback.socket();
                PunchSocket b = Loopback.socket();
                Race raceA = a.race(List.of(at(host, b.port())), PACING);
                Race raceB = b.race(List.of(at(host, a.port())), PACING)) {
            Arrival atA = next(raceA);
            Arrival atB = next(raceB);

            atA.stream().write(ByteBuffer.wrap(new byte[] {7}));
            assertThat(readByte(atB.stream())).isEqualTo(7);
            assertThat(atA.remote()).isEqualTo(at(host, b.port()));
            assertThat(atB.remote()).isEqualTo(at(host, a.port()));
            assertThat(atA.stream().localAddress()).contains(at(host, a.port()));
            atA.stream().close();
            atB.stream().close();
        }
    }

    @Test
    void yieldsWhatItDialledAndWhatCameIn() throws Exception {
        try (ServerSocketChannel peer = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(Loopback.address(peer)), PACING)) {
            Arrival outbound = next(race);
            assertThat(outbound.inbound()).isFalse();
            assertThat(outbound.remote()).isEqualTo(Loopback.address(peer));
            assertThat(outbound.stream().channel().isBlocking()).isTrue();

            try (SocketChannel stranger = SocketChannel.open(at(V4, socket.port()))) {
                Arrival inbound = next(race);
                assertThat(inbound.inbound()).isTrue();
                assertThat(inbound.remote()).isEqualTo(stranger.getLocalAddress());
                outbound.chosen();
                inbound.rejected("other token");
                assertThat(outcomes(race)).containsExactlyInAnyOrder("chosen", "rejected: other token");
            }
            outbound.stream().close();
        }
    }

    @Test
    void dialsAgainUntilTheListenerAppears() throws Exception {
        int port;
        try (PunchSocket first = Loopback.socket()) {
            port = first.port();
        }
        InetSocketAddress late = at(V4, port);
        try (PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(late), PACING)) {
            await().until(() -> outcomes(race).getFirst().startsWith("refused"));

            try (PunchSocket peer = PunchSocket.open(PunchSocket.Options.of(CandidatePolicy.of(AddressSpaces.ALL))
                    .port(port))) {
                Arrival arrival = next(race);
                assertThat(arrival.remote()).isEqualTo(late);
                peer.nextInbound(PATIENCE).orElseThrow().stream().close();
                assertThat(outcomes(race).getFirst()).startsWith("connected, refused");
                arrival.stream().close();
            }
        }
    }

    @Test
    void anAttemptWithoutAnswerIsCutAndMadeAnew() throws Exception {
        try (Loopback.Silent silent = Loopback.Silent.open(V4);
                PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(silent.address()), new Pacing(Duration.ofMillis(20)))) {
            // Or more: it goes on while we look.
            await().until(() -> outcomes(race).getFirst().matches("no answer ([3-9]|\\d\\d+) times"));
        }
    }

    @Test
    void aRejectedConnectionIsDialledAgain() throws Exception {
        try (ServerSocketChannel peer = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(Loopback.address(peer)), PACING)) {
            next(race).rejected("no header");
            Arrival second = next(race);

            assertThat(second.remote()).isEqualTo(Loopback.address(peer));
            try (SocketChannel first = peer.accept()) {
                assertThatThrownBy(() -> first.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            }
            second.stream().close();
        }
    }

    @Test
    void aCandidateThatIsNeverThePeerIsLeftAloneAfterAFewConnections() throws Exception {
        try (ServerSocketChannel stranger = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(Loopback.address(stranger)), PACING)) {
            for (int i = 0; i < Redial.MAX_REJECTIONS; i++) {
                assertThat(race.hasAttemptsLeft()).isTrue();
                next(race).rejected("not the peer");
            }

            await().until(() -> !race.hasAttemptsLeft());
            assertThat(race.next(Duration.ZERO)).isEmpty();
            assertThat(outcomes(race)).containsExactly("rejected: not the peer");
        }
    }

    @Test
    void strangersThatFillTheQueueLeaveRoomForWhatIsDialled() throws Exception {
        List<SocketChannel> strangers = new ArrayList<>();
        try (PunchSocket socket = Loopback.socket();
                ServerSocketChannel peer = Loopback.listener(V4);
                Race full = socket.race(List.of(), PACING)) {
            for (int i = 0; i < ArrivalQueue.CAPACITY + 8; i++) {
                strangers.add(SocketChannel.open(at(V4, socket.port())));
            }
            await().until(() -> outcomes(full).contains("closed: too many at a time"));
            full.close();
            for (int i = 0; i < ArrivalQueue.CAPACITY; i++) {
                strangers.add(SocketChannel.open(at(V4, socket.port())));
            }
            // All of those that came in between are in its queue before it dials.
            try (Race race = socket.race(List.of(Loopback.address(peer)), PACING)) {
                Arrival arrival = next(race);
                while (arrival.inbound()) {
                    arrival.stream().abort();
                    arrival = next(race);
                }
                assertThat(arrival.remote()).isEqualTo(Loopback.address(peer));
                arrival.stream().close();
            }
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void aCandidateThatConnectedFromItsOwnSideIsNotDialled() throws Exception {
        try (PunchSocket a = Loopback.socket();
                PunchSocket b = Loopback.socket();
                Race raceB = b.race(List.of(at(V4, a.port())), PACING)) {
            Arrival fromB = next(raceB);
            try (Race raceA = a.race(List.of(at(V4, b.port())), PACING)) {
                Arrival atA = next(raceA);

                assertThat(atA.inbound()).isTrue();
                assertThat(raceA.hasAttemptsLeft()).isTrue();
                assertThat(raceA.next(Duration.ZERO)).isEmpty();
                atA.stream().close();
            }
            fromB.stream().close();
        }
    }

    @Test
    void neverDialsItselfOrItsRelay() throws Exception {
        try (ServerSocketChannel relay = Loopback.listener(V4);
                PunchSocket socket = Loopback.socket()) {
            Dialed connection = socket.dialRelay("the relay", List.of(Loopback.address(relay)), PATIENCE);
            List<InetSocketAddress> candidates =
                    List.of(at(V4, socket.port()), at(V6, socket.port()), Loopback.address(relay));
            try (Race race = socket.race(candidates, PACING)) {
                assertThat(race.attempts().stream().map(a -> a.remote() + " " + a.outcome()))
                        .containsExactlyInAnyOrder(
                                candidates.get(0) + " not tried: own address",
                                candidates.get(1) + " not tried: own address",
                                candidates.get(2) + " not tried: own relay");
                assertThat(race.hasAttemptsLeft()).isFalse();
            }
            connection.stream().close();
        }
    }

    @Test
    void whatComesFromASpaceThatIsNotEnabledIsClosedAtOnce() throws Exception {
        var policy = CandidatePolicy.of(AddressSpaces.of(AddressSpace.LOOPBACK6));
        try (PunchSocket socket = Loopback.socket(policy);
                Race race = socket.race(List.of(), PACING);
                SocketChannel stranger = SocketChannel.open(at(V4, socket.port()));
                SocketChannel welcome = SocketChannel.open(at(V6, socket.port()))) {
            Arrival arrival = next(race);

            assertThat(arrival.remote()).isEqualTo(welcome.getLocalAddress());
            assertThatThrownBy(() -> stranger.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThat(outcomes(race))
                    .containsExactlyInAnyOrder("closed: loopback4 addresses not enabled", "connected");
            arrival.stream().close();
        }
    }

    @Test
    void theSocketGoesOnTakingConnectionsBeforeBetweenAndAfterRaces() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                SocketChannel early = SocketChannel.open(at(V4, socket.port()))) {
            Race race = socket.race(List.of(), PACING);
            Arrival first = next(race);
            assertThat(first.remote()).isEqualTo(early.getLocalAddress());
            first.stream().close();
            race.close();
            assertThat(race.isOpen()).isFalse();

            try (SocketChannel late = SocketChannel.open(at(V4, socket.port()))) {
                Arrival arrival = socket.nextInbound(PATIENCE).orElseThrow();
                assertThat(arrival.remote()).isEqualTo(late.getLocalAddress());
                arrival.stream().close();
            }
            socket.race(List.of(), PACING).close();
        }
    }

    @Test
    void onlyOneRaceRunsAtATime() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                Race first = socket.race(List.of(), PACING)) {
            assertThat(first.isOpen()).isTrue();
            assertThatThrownBy(() -> socket.race(List.of(), PACING)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingARaceAbortsWhatNobodyTookAndLeavesTheRest() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                SocketChannel taken = SocketChannel.open(at(V4, socket.port()))) {
            Race race = socket.race(List.of(), PACING);
            Arrival kept = next(race);
            try (SocketChannel left = SocketChannel.open(at(V4, socket.port()))) {
                await().until(() -> race.attempts().size() == 2);
                race.close();

                assertThatThrownBy(() -> left.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
                taken.write(ByteBuffer.wrap(new byte[] {9}));
                assertThat(readByte(kept.stream())).isEqualTo(9);
                assertThat(race.next(PATIENCE)).isEmpty();
                kept.stream().close();
            }
        }
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheRace() throws Exception {
        try (PunchSocket socket = Loopback.socket();
                Race race = socket.race(List.of(), PACING)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> race.next(PATIENCE)).isInstanceOf(InterruptedException.class);

            try (SocketChannel peer = SocketChannel.open(at(V4, socket.port()))) {
                Arrival arrival = next(race);
                assertThat(arrival.remote()).isEqualTo(peer.getLocalAddress());
                arrival.stream().close();
            }
        }
    }

    @Test
    void closingTheSocketEndsAWaitForArrivals() throws Exception {
        PunchSocket socket = Loopback.socket();
        Race race = socket.race(List.of(), PACING);
        Thread closer = Thread.ofVirtual().start(socket::close);

        assertThat(race.next(PATIENCE)).isEmpty();
        closer.join();
        assertThat(race.isOpen()).isFalse();
        assertThatThrownBy(() -> socket.race(List.of(), PACING)).isInstanceOf(IOException.class);
    }
}
