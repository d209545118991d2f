package dev.posthouse.rdv.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.rdv.server.RawPeer;
import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.rdv.server.ServerFixture;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After an orderly end both sides have everything, also when the relay is drained meanwhile. */
@ExtendWith(LeakCheck.class)
class OrderlyEndTest {

    private record Running(
            long there, long back, Transfer out, Transfer in, List<Background<Optional<IOException>>> work) {

        /** Both ways at once; each direction ends when it is through, in whatever order. */
        static Running start(RelayedPair pair, SplittableRandom random) {
            long there = random.nextLong(24L << 20);
            long back = random.nextLong(24L << 20);
            var out = new Transfer(random.nextLong());
            var in = new Transfer(random.nextLong());
            pair.dialer().readTimeout(Duration.ZERO);
            pair.acceptor().readTimeout(Duration.ZERO);
            return new Running(
                    there,
                    back,
                    out,
                    in,
                    List.of(
                            Background.start(() -> out.send(pair.dialer(), there)),
                            Background.start(() -> out.receive(pair.acceptor())),
                            Background.start(() -> in.send(pair.acceptor(), back)),
                            Background.start(() -> in.receive(pair.dialer()))));
        }

        void assertWhole() {
            work.forEach(one -> assertThat(one.result()).isEmpty());
            out.assertWhole(there);
            in.assertWhole(back);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everythingArrivesBothWaysAndIsCounted(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        try (var server = ServerFixture.start();
                RelayedPair pair = RelayedPair.meet(server.address(), "t")) {
            Running running = Running.start(pair, random);
            running.assertWhole();
            RelayEvent.CircuitClosed closed = server.awaitEvent(RelayEvent.CircuitClosed.class);
            assertThat(closed.reason()).isEqualTo(Reason.COMPLETED);
            assertThat(closed.dialerBytes()).isEqualTo(running.there());
            assertThat(closed.acceptorBytes()).isEqualTo(running.back());
        }
    }

    @Test
    void drainLetsTransfersFinishAndRefusesNewcomers() throws Exception {
        var random = new SplittableRandom(7);
        try (var server = ServerFixture.start()) {
            List<RelayedPair> pairs = new ArrayList<>();
            List<Running> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RelayedPair pair = RelayedPair.meet(server.address(), "t" + i);
                pairs.add(pair);
                running.add(Running.start(pair, random));
            }
            var stop = new AtomicBoolean();
            List<Background<Integer>> newcomers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                String own = "n" + t + "-";
                newcomers.add(Background.start(() -> knock(server, own, stop)));
            }
            Awaitility.await()
                    .until(() -> server.events(RelayEvent.WaitStarted.class).size() > 20);
            assertThat(server.relay().drain(Duration.ofSeconds(20))).isTrue();
            stop.set(true);
            for (Running one : running) {
                one.assertWhole();
            }
            newcomers.forEach(one -> assertThat(one.result()).isPositive());
            assertThat(server.relay().services().circuits().running()).isEmpty();
            // Whoever left by itself in that moment leaves the room on a thread of its own.
            Awaitility.await()
                    .until(() -> server.relay().services().waitingRoom().size() == 0);
            Awaitility.await().until(() -> server.relay().connections() == 0);
            pairs.forEach(RelayedPair::close);
        }
    }

    /** Comes to wait again and again until there is nobody to come to; how often it was let in. */
    private static int knock(ServerFixture server, String name, AtomicBoolean stop) {
        int times = 0;
        try {
            while (!stop.get()) {
                try (RawPeer peer = server.connect().send(RawPeer.request("DIAL", name + times))) {
                    times++;
                }
            }
        } catch (IOException e) {
            // It does not listen any more.
        }
        return times;
    }

    /** The instant between a lobby's look at who waits and its being closed. */
    @Test
    void nobodyIsLeftWaitingInALobbyThatIsDrained() throws Exception {
        Limits limits = Limits.builder().waitingPerAddress(0).build();
        for (int round = 0; round < 30; round++) {
            try (var server = ServerFixture.start(RdvServer.withDefaults(), limits)) {
                List<RawPeer> peers = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    peers.add(server.connect());
                }
                Awaitility.await().until(() -> server.relay().connections() == 16);
                List<Background<?>> asking = new ArrayList<>();
                for (int i = 0; i < peers.size(); i++) {
                    RawPeer peer = peers.get(i);
                    String token = "t" + i;
                    asking.add(Background.run(() -> peer.send(RawPeer.request("DIAL", token))));
                }
                assertThat(server.relay().drain(Duration.ofSeconds(20))).isTrue();
                asking.forEach(Background::result);
                for (RawPeer peer : peers) {
                    assertThat(peer.head()).startsWith("HTTP/1.1 503 ");
                    peer.close();
                }
                assertThat(server.relay().services().waitingRoom().size()).isZero();
            }
        }
    }
}
