package dev.posthouse.rdv.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.relay.Relay;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.circuit.Circuits;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.fault.Faults;
import dev.posthouse.relay.fault.Faults.Call;
import dev.posthouse.relay.fault.Faults.Kind;
import dev.posthouse.relay.fault.FaultyDataPath;
import dev.posthouse.relay.fault.FaultyDirectory;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.meet.WaitingRoom;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever call to the data path or the directory fails, nothing is left of it, and the next pair is served. */
@ExtendWith(LeakCheck.class)
class InjectedFaultsTest {

    private static final Call[] CALLS = {Call.MATCH, Call.MEET, Call.WITHDRAW, Call.WATCH, Call.RELEASE, Call.JOIN};

    /** The scripts below make each call three times at most. */
    private static final int MOST = 3;

    static Stream<Faults> faults() {
        var all = new ArrayList<Faults>();
        for (Call call : CALLS) {
            for (Kind kind : Kind.values()) {
                for (int number = 1; number <= MOST; number++) {
                    if (kind != Kind.END || call == Call.WATCH || call == Call.JOIN) {
                        all.add(new Faults(call, number, kind));
                    }
                }
            }
        }
        return Faults.chosen(all);
    }

    /** A relay whose data path and directory have a fault. */
    private static final class Faulty implements AutoCloseable {
        private final Splicer splicer = Splicer.start();
        private final Queue<RelayEvent> events = new ConcurrentLinkedQueue<>();
        private final Faults faults;
        private final FaultyDirectory directory;
        private final RelayServices services;
        private final Relay relay;
        private final List<RawPeer> peers = new ArrayList<>();

        Faulty(Faults faults) throws IOException {
            this.faults = faults;
            this.directory = new FaultyDirectory(faults);
            var dataPath = new FaultyDataPath(splicer, faults);
            RelayServices single = RelayServices.singleNode(dataPath, Limits.DEFAULT, events::add);
            this.services = new RelayServices(
                    dataPath,
                    directory,
                    single.node(),
                    new WaitingRoom(dataPath),
                    single.admission(),
                    single.connections(),
                    new Circuits(single.admission(), events::add),
                    events::add,
                    single.clock());
            this.relay = Relay.builder()
                    .dialect(RdvServer.withDefaults())
                    .services(services)
                    .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .start();
        }

        RawPeer ask(String method) throws IOException {
            RawPeer peer = RawPeer.connect(relay.address());
            peers.add(peer);
            return peer.send(RawPeer.request(method, "t"));
        }

        int count(Class<? extends RelayEvent> kind) {
            return (int) events.stream().filter(kind::isInstance).count();
        }

        /** Until something has come so far, or the fault keeps it from doing so. */
        void await(BooleanSupplier something) {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> faults.hit() || something.getAsBoolean());
        }

        /** What any peer may do whose partner, or who himself, met the fault. */
        void sayIfOpen(RawPeer peer, String text) {
            try {
                peer.send(text);
            } catch (IOException e) {
                assertThat(faults.hit())
                        .as("the fault, and no other, has closed it")
                        .isTrue();
            }
        }

        void leave() throws IOException {
            for (RawPeer peer : peers) {
                peer.close();
            }
            peers.clear();
        }

        void assertNothingIsLeft() throws IOException {
            leave();
            Awaitility.await().untilAsserted(() -> {
                assertThat(services.waitingRoom().size()).as("waiting room").isZero();
                assertThat(services.admission().waiting()).as("places to wait").isZero();
                assertThat(services.admission().circuits())
                        .as("places for circuits")
                        .isZero();
                assertThat(services.circuits().running()).as("circuits").isEmpty();
                assertThat(relay.connections()).as("connections").isZero();
                assertThat(services.connections().open())
                        .as("connections counted")
                        .isZero();
                assertThat(services.connections().memory().held()).as("memory").isZero();
                assertThat(count(RelayEvent.WaitEnded.class))
                        .as("ends of waits")
                        .isEqualTo(count(RelayEvent.WaitStarted.class));
                assertThat(directory.there()).as("directory").isEmpty();
            });
        }

        void assertServesAPair() throws IOException {
            int waits = count(RelayEvent.WaitStarted.class);
            RawPeer acceptor = ask("ACCEPT");
            Awaitility.await().until(() -> count(RelayEvent.WaitStarted.class) > waits);
            RawPeer dialer = ask("DIAL");
            assertThat(dialer.head()).startsWith("HTTP/1.1 101");
            assertThat(acceptor.head()).startsWith("HTTP/1.1 101");
            dialer.send("CONTINUE\nhello").end();
            assertThat(acceptor.read(14)).isEqualTo("CONTINUE\nhello");
            acceptor.end();
            dialer.rest();
        }

        @Override
        public void close() throws IOException {
            try {
                leave();
            } finally {
                relay.close();
                splicer.close();
            }
        }
    }

    /** One is replaced, the newer one meets a partner, they are relayed, and a third comes and leaves. */
    @ParameterizedTest
    @MethodSource("faults")
    void whateverFailsNothingIsLeftAndTheNextPairIsServed(Faults faults) throws IOException {
        try (var faulty = new Faulty(faults)) {
            faulty.ask("ACCEPT");
            faulty.await(() -> faulty.count(RelayEvent.WaitStarted.class) == 1);
            faulty.ask("ACCEPT");
            faulty.await(() -> faulty.count(RelayEvent.WaitEnded.class) == 1);
            RawPeer dialer = faulty.ask("DIAL");
            faulty.await(() -> faulty.count(RelayEvent.Met.class) == 1);
            faulty.sayIfOpen(dialer, "CONTINUE\nhello");
            faulty.await(() -> faulty.count(RelayEvent.CircuitOpened.class) == 1);
            RawPeer leaves = faulty.ask("DIAL");
            faulty.await(() -> faulty.count(RelayEvent.WaitStarted.class) >= 3);
            leaves.close();
            faulty.assertNothingIsLeft();
            // A fault that did not come in the script may come now: it is the same relay.
            if (faults.hit()) {
                faulty.assertServesAPair();
                faulty.assertNothingIsLeft();
            }
        }
    }

    /** The dialer is gone when it is to be told of its partner, who goes back to the lobby. */
    @ParameterizedTest
    @MethodSource("faults")
    void whateverFailsForAPartnerThatGoesBackNothingIsLeft(Faults faults) throws IOException {
        try (var faulty = new Faulty(faults)) {
            faulty.ask("ACCEPT");
            faulty.await(() -> faulty.count(RelayEvent.WaitStarted.class) == 1);
            faulty.ask("DIAL").reset();
            faulty.await(() -> faulty.count(RelayEvent.Met.class) == 1 || faulty.count(RelayEvent.Refused.class) == 1);
            faulty.assertNothingIsLeft();
            if (faults.hit()) {
                faulty.assertServesAPair();
                faulty.assertNothingIsLeft();
            }
        }
    }
}
