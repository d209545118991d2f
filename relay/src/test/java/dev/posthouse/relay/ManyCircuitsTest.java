package dev.posthouse.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Claim;
import dev.posthouse.relay.accept.ConnectionHandler;
import dev.posthouse.relay.accept.Detector;
import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import dev.posthouse.relay.accept.SharedEnd;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.circuit.Joint;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A connection is not a circuit: one may carry many, and the end of a circuit is not its end. */
@ExtendWith(LeakCheck.class)
class ManyCircuitsTest {

    private static final int CIRCUITS = 1_000;

    private final CopyOnWriteArrayList<RelayEvent> events = new CopyOnWriteArrayList<>();

    /** One connection; each circuit is a pair of streams in memory, whose far ends are the peers'. */
    private static final class Mux implements Dialect, Detector, Service, ConnectionHandler {
        private final List<MemoryPair> dialers = new ArrayList<>();
        private final List<MemoryPair> acceptors = new ArrayList<>();
        private volatile Optional<RelayServices> services = Optional.empty();
        private volatile Optional<Inbound> connection = Optional.empty();

        void open(int number) {
            RelayServices shared = services.orElseThrow();
            Inbound carrier = connection.orElseThrow();
            MemoryPair dialer = MemoryPair.create();
            MemoryPair acceptor = MemoryPair.create();
            dialers.add(dialer);
            acceptors.add(acceptor);
            Admission.Answer answer = shared.admission().admitCircuit(carrier.party(), carrier.party());
            assertThat(answer).isInstanceOf(Admission.Answer.Granted.class);
            shared.circuits()
                    .open(new CircuitRequest(
                            "mux",
                            shared.circuits().nextNumber(),
                            NameTag.of("circuit " + number),
                            new SharedEnd(carrier, dialer.right()),
                            new SharedEnd(carrier, acceptor.right()),
                            Joint.ofBytes(shared.dataPath(), dialer.right(), acceptor.right()),
                            ((Admission.Answer.Granted) answer).permit(),
                            CircuitTerms.NONE,
                            Duration.ZERO,
                            end -> {}));
        }

        @Override
        public String name() {
            return "mux";
        }

        @Override
        public List<Entrance> entrances() {
            return List.of(new Entrance.FirstBytes(this, this));
        }

        @Override
        public Claim claim(ByteBuffer first) {
            return first.get() == 'm' ? Claim.yes(1) : Claim.NO;
        }

        @Override
        public List<byte[]> samples() {
            return List.of(new byte[] {'m'});
        }

        @Override
        public Service open(RelayServices shared) {
            services = Optional.of(shared);
            return this;
        }

        @Override
        public void serve(Inbound inbound) throws IOException {
            connection = Optional.of(inbound);
            ByteBuffer some = ByteBuffer.allocate(16);
            while (inbound.stream().read(some.clear()) >= 0) {
                // until the peer ends it
            }
            inbound.close();
        }

        @Override
        public void refuse(Inbound inbound, Reason why, String detail) {
            inbound.close();
        }

        @Override
        public void drain() {
            // nobody waits
        }

        @Override
        public void close() {
            connection.ifPresent(Inbound::abort);
        }

        @Override
        public List<String> addresses(List<String> hosts) {
            return List.of();
        }
    }

    @Test
    void aThousandCircuitsOfOneConnectionEndOneByOne() throws Exception {
        var mux = new Mux();
        try (Relay relay = Relay.builder()
                        .dialect(mux)
                        .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .limits(Limits.builder().circuitsPerAddress(0).build())
                        .events(events::add)
                        .start();
                TcpStream peer = new TcpStream(SocketChannel.open(relay.address()))) {
            peer.write(ByteBuffer.wrap(new byte[] {'m'}));
            Awaitility.await().until(() -> mux.connection.isPresent());
            for (int i = 0; i < CIRCUITS; i++) {
                mux.open(i);
            }
            Admission admission = relay.services().admission();
            assertThat(admission.circuits()).isEqualTo(CIRCUITS);
            assertThat(relay.connections()).isEqualTo(1);

            for (int i = 0; i < CIRCUITS - 1; i++) {
                end(mux, i);
            }
            Awaitility.await().until(() -> admission.circuits() == 1);
            assertThat(relay.connections())
                    .as("the connection is not its circuits'")
                    .isEqualTo(1);
            assertThat(relay.services().circuits().running()).hasSize(1);

            var draining = Background.run(
                    () -> assertThat(relay.drain(Duration.ofMinutes(1))).isTrue());
            draining.awaitBlocked();
            end(mux, CIRCUITS - 1);
            draining.result();
            Awaitility.await().until(() -> admission.circuits() == 0);
            assertThat(relay.connections()).isEqualTo(1);
            assertThat(events.stream().filter(RelayEvent.CircuitClosed.class::isInstance))
                    .hasSize(CIRCUITS);
        }
    }

    private static void end(Mux mux, int number) throws IOException {
        mux.dialers.get(number).left().close();
        mux.acceptors.get(number).left().close();
    }
}
