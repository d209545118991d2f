package dev.posthouse.rdv.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.TimedOut;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Something dies in the middle of a transfer: what arrived is a prefix of what was sent, and nobody hangs. */
@ExtendWith(LeakCheck.class)
class KilledTest {

    private static final long ENDLESS = 1L << 40;
    private static final long SEED = 11;

    @Test
    void relayThatIsKilledEndsBothWithAPrefix() throws IOException {
        try (var relay = new RelayProcess(":")) {
            try (RelayedPair pair = RelayedPair.meet(relay.address(), "t")) {
                var there = new Transfer(SEED);
                var back = new Transfer(SEED + 1);
                pair.dialer().readTimeout(Duration.ZERO);
                pair.acceptor().readTimeout(Duration.ZERO);
                var sending = Background.start(() -> there.send(pair.dialer(), ENDLESS));
                var receiving = Background.start(() -> there.receive(pair.acceptor()));
                var answering = Background.start(() -> back.send(pair.acceptor(), ENDLESS));
                var reading = Background.start(() -> back.receive(pair.dialer()));
                Awaitility.await().until(() -> there.received() > 1 << 20 && back.received() > 1 << 20);
                relay.kill();
                assertThat(sending.result()).isPresent();
                assertThat(answering.result()).isPresent();
                // A killed process leaves a reset or an end, whichever its unread input makes it.
                receiving.result();
                reading.result();
                assertThat(isOver(pair.acceptor())).isTrue();
                assertThat(isOver(pair.dialer())).isTrue();
                there.assertPrefix();
                back.assertPrefix();
            }
        }
    }

    /** Whether a connection is at its end or reset; one that merely says nothing is not. */
    private static boolean isOver(TcpStream stream) {
        stream.readTimeout(Duration.ofSeconds(10));
        try {
            return stream.read(ByteBuffer.allocate(1)) < 0;
        } catch (TimedOut e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resetOfOneLegIsAResetOfTheOtherAndIsCounted(boolean dialerResets) throws IOException {
        try (var server = ServerFixture.start();
                RelayedPair pair = RelayedPair.meet(server.address(), "t")) {
            TcpStream resets = dialerResets ? pair.dialer() : pair.acceptor();
            TcpStream sees = dialerResets ? pair.acceptor() : pair.dialer();
            sees.readTimeout(Duration.ZERO);
            var transfer = new Transfer(SEED);
            var receiving = Background.start(() -> transfer.receive(sees));
            resets.write(
                    ByteBuffer.wrap(dev.posthouse.testkit.ByteOracle.of(SEED).bytes(0, 1_000)));
            Awaitility.await().until(() -> transfer.received() == 1_000);
            resets.abort();
            assertThat(receiving.result()).as("a reset, not an end").isPresent();
            RelayEvent.CircuitClosed closed = server.awaitEvent(RelayEvent.CircuitClosed.class);
            assertThat(closed.reason()).isEqualTo(Reason.PEER_RESET);
            assertThat(closed.error()).isPresent();
            assertThat(dialerResets ? closed.dialerBytes() : closed.acceptorBytes())
                    .isEqualTo(1_000);
            assertThat(dialerResets ? closed.acceptorBytes() : closed.dialerBytes())
                    .isZero();
            Awaitility.await().until(() -> server.relay().connections() == 0);
        }
    }

    @Test
    void peerThatIsKilledWhileItSendsLeavesAPrefix() throws IOException {
        try (var server = ServerFixture.start();
                RelayedPair pair = RelayedPair.meet(server.address(), "t")) {
            pair.acceptor().readTimeout(Duration.ZERO);
            var transfer = new Transfer(SEED);
            var sending = Background.start(() -> transfer.send(pair.dialer(), ENDLESS));
            var receiving = Background.start(() -> transfer.receive(pair.acceptor()));
            Awaitility.await().until(() -> transfer.received() > 1 << 20);
            pair.dialer().abort();
            assertThat(sending.result()).isPresent();
            assertThat(receiving.result()).isPresent();
            transfer.assertPrefix();
            assertThat(server.awaitEvent(RelayEvent.CircuitClosed.class).reason())
                    .isEqualTo(Reason.PEER_RESET);
        }
    }

    @Test
    void relayThatIsClosedResetsItsCircuitsAndChoosingPairs() throws IOException {
        var server = ServerFixture.start();
        try (server;
                RelayedPair pair = RelayedPair.meet(server.address(), "t");
                var dialer = server.waiting("DIAL", "choosing");
                var acceptor = server.connect().send(dev.posthouse.rdv.server.RawPeer.request("ACCEPT", "choosing"))) {
            dialer.head();
            acceptor.head();
            server.close();
            for (TcpStream stream :
                    java.util.List.of(pair.dialer(), pair.acceptor(), dialer.stream(), acceptor.stream())) {
                var transfer = new Transfer(SEED);
                stream.readTimeout(Duration.ofSeconds(10));
                assertThat(transfer.receive(stream).map(Object::getClass).map(Class::getSimpleName))
                        .isNotEqualTo(java.util.Optional.of("TimedOut"));
            }
            assertThat(server.awaitEvent(RelayEvent.CircuitClosed.class).reason())
                    .isEqualTo(Reason.SHUTDOWN);
            assertThat(server.awaitEvent(RelayEvent.NotRelayed.class).reason()).isEqualTo(Reason.SHUTDOWN);
            Awaitility.await().until(() -> server.relay().connections() == 0);
        }
    }
}
