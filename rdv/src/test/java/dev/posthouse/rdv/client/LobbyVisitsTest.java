package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.rdv.wire.Rdv;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client goes back to the lobby for as long as its own time lasts, and no longer. */
@ExtendWith(LeakCheck.class)
class LobbyVisitsTest {

    private static final Limits SHORT_LOBBY =
            Limits.builder().lobby(Duration.ofMillis(50)).build();

    /** Longer than the pause, so that whoever waits is in the lobby nearly all the time. */
    private static final Limits LOBBY_WITHOUT_GAPS =
            Limits.builder().lobby(LobbyVisits.PAUSE.plusMillis(200)).build();

    private final CopyOnWriteArrayList<String> notices = new CopyOnWriteArrayList<>();

    private RdvClient client(Duration timeout) {
        return RdvClient.builder()
                .spaces(AddressSpaces.NONE)
                .timeout(timeout)
                .notices(notices::add)
                .build();
    }

    @Test
    void aPeerThatComesAfterTheRelaysLimitIsMet() throws IOException {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), LOBBY_WITHOUT_GAPS)) {
            var accepting = Background.start(() -> client(Duration.ofMinutes(1)).accept(server.uri(), "t"));
            Awaitility.await()
                    .until(() -> server.events(RelayEvent.WaitStarted.class).size() >= 2);
            var dialing = Background.start(() -> client(Duration.ofMinutes(1)).dial(server.uri(), "t"));
            try (StreamConnection accepted = accepting.result();
                    StreamConnection dialed = dialing.result()) {
                assertThat(accepted.route().label()).isEqualTo(dialed.route().label());
            }
            assertThat(notices.getFirst()).startsWith("still waiting");
            // Once for each of the two calls at most, however often they were sent away.
            assertThat(notices.size()).isBetween(1, 2);
        }
    }

    @Test
    void whoIsJoinedWithAPeerThatHasGoneMeetsTheNext() throws IOException {
        try (var server = ServerFixture.start();
                RawPeer gone =
                        server.connect().send(RawPeer.request("ACCEPT", "t", Rdv.STREAM + ": " + Rdv.STREAM_VERSION))) {
            Awaitility.await()
                    .until(() -> !server.events(RelayEvent.WaitStarted.class).isEmpty());
            var dialing = Background.start(() -> client(Duration.ZERO).dial(server.uri(), "t"));
            assertThat(gone.head()).startsWith("HTTP/1.1 101 ");
            assertThat(gone.read(4)).isEqualTo("CONT"); // the dialer has chosen
            gone.reset();
            try (StreamConnection accepted = client(Duration.ofMinutes(1)).accept(server.uri(), "t");
                    StreamConnection dialed = dialing.result()) {
                assertThat(accepted.route().label()).isEqualTo(dialed.route().label());
            }
            assertThat(notices).containsExactly("still waiting: the relay joined us with a peer that had gone");
        }
    }

    @Test
    void withoutALimitOfItsOwnTheRelaysWordIsTheLast() throws IOException {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), SHORT_LOBBY)) {
            var accepting = Background.start(() -> client(Duration.ZERO).accept(server.uri(), "t"));
            assertThat(accepting.failure())
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("nobody came under this word at this relay; compare the two");
            assertThat(notices).isEmpty();
        }
    }

    @Test
    void itsOwnLimitEndsItInAVisitOrBetweenTwo() throws IOException {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), SHORT_LOBBY)) {
            var accepting =
                    Background.start(() -> client(Duration.ofMillis(2_500)).accept(server.uri(), "t"));
            assertThat(accepting.failure())
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("nobody came under this word")
                    .hasMessageContaining("within 2500 ms");
            Awaitility.await().until(() -> server.relay().connections() == 0);
        }
    }

    /** The relay has answered before: it is not what could not be reached. */
    @Test
    void timeThatIsUpOnTheWayBackToTheRelayIsNobodysComing() throws Exception {
        try (var scope = new Scope(Duration.ofMillis(1), ended -> {})) {
            scope.enter(new Scope.Stage.Reaching("the relay was not reached"));
            scope.enter(new Scope.Stage.Waiting("nobody came"));
            scope.startOver();
            scope.enter(new Scope.Stage.Reaching("the relay did not answer"));
            Awaitility.await().until(scope::isOver);
            assertThat(scope.explain(new IOException("the socket was closed")))
                    .isInstanceOf(TimedOut.class)
                    .hasMessageStartingWith("nobody came within");
        }
    }

    @Test
    void anInterruptEndsThePauseBetweenTwoVisits() throws IOException {
        try (var server = ServerFixture.start(RdvServer.withDefaults(), SHORT_LOBBY)) {
            var accepting = Background.start(() -> client(Duration.ofMinutes(1)).accept(server.uri(), "t"));
            Awaitility.await().until(() -> notices.size() == 1);
            accepting.interrupt();
            assertThat(accepting.failure()).isInstanceOf(IOException.class);
            Awaitility.await().until(() -> server.relay().connections() == 0);
        }
    }

    @Test
    void whatAVisitLeftOpenIsClosedBeforeTheNext() throws Exception {
        var opened = new CopyOnWriteArrayList<Boolean>();
        try (var scope = new Scope(Duration.ofMinutes(1), ended -> {})) {
            var visits = new LobbyVisits(scope, Duration.ofMinutes(1), notices::add);
            String met = visits.until(() -> {
                int number = opened.size();
                assertThat(opened).doesNotContain(true);
                opened.add(true);
                scope.own((AutoCloseable) () -> opened.set(number, false));
                if (number == 0) {
                    throw LobbyVisits.BackToLobby.nobodyCame("again", new PeerUnreachable("gone"));
                }
                return "met";
            });
            assertThat(met).isEqualTo("met");
            assertThat(opened).containsExactly(false, true);
            assertThat(notices).containsExactly("again");
        }
    }
}
