package dev.posthouse.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.relay.Circuit;
import dev.posthouse.relay.Leg;
import dev.posthouse.relay.Limits;
import dev.posthouse.relay.NameTag;
import dev.posthouse.relay.Permit;
import dev.posthouse.relay.Place;
import dev.posthouse.relay.Reason;
import dev.posthouse.relay.RelayEvent;
import dev.posthouse.relay.RelayServices;
import dev.posthouse.relay.splice.Splicer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TotalsTest {

    private static RelayEvent closed(long circuit, long dialer, long accepter) {
        return new RelayEvent.CircuitClosed(
                "rdv",
                circuit,
                new NameTag("a1b2c3"),
                Reason.COMPLETED,
                dialer,
                accepter,
                Duration.ZERO,
                Optional.empty());
    }

    @Test
    void bytesOfEndedCircuitsAreSummedByDialect() {
        var totals = new Totals();
        totals.on(closed(1, 10, 20));
        totals.on(closed(2, 1, 2));

        assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(11, 22));
        assertThat(totals.relayedBytes("other")).isEqualTo(new Totals.Relayed(0, 0));
    }

    @Test
    void bytesOfRunningCircuitsCountAndAreNotCountedTwiceWhenTheyEnd() throws Exception {
        var totals = new Totals();
        try (var dataPath = Splicer.start();
                var dialer = new Pair();
                var accepter = new Pair()) {
            RelayServices services = RelayServices.singleNode(dataPath, Limits.DEFAULT, event -> {});
            Circuit circuit = services.circuits()
                    .open(
                            "rdv",
                            services.circuits().nextNumber(),
                            new NameTag("a1b2c3"),
                            dialer.leg(),
                            accepter.leg(),
                            Permit.uncounted(),
                            List.of(),
                            Duration.ZERO,
                            end -> {});
            // The list keeps the circuit for longer than the relay's would: as if somebody looked while it ends.
            Collection<Circuit> listed = List.of(circuit);
            totals.watch(() -> listed);
            dialer.far.write(ByteBuffer.wrap(new byte[5]));
            assertThat(accepter.far.read(ByteBuffer.allocate(5))).isEqualTo(5);

            assertThat(totals.relayedBytes("rdv").dialer()).isBetween(0L, 5L);
            totals.on(closed(circuit.id(), 5, 0));
            assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(5, 0));
        }
    }

    @Test
    void aSumNeverShrinks() {
        var totals = new Totals();
        totals.on(closed(1, 10, 20));
        Totals.Relayed before = totals.relayedBytes("rdv");
        totals.on(closed(2, 0, 0));

        assertThat(totals.relayedBytes("rdv")).isEqualTo(before);
    }

    @Test
    void routesAndRefusalsAreCounted() {
        var totals = new Totals();
        var name = new NameTag("a1b2c3");
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        totals.on(new RelayEvent.Accepted("rdv", address));
        totals.on(new RelayEvent.NotRelayed("rdv", 1, name, Reason.DIRECT, Optional.empty(), Duration.ZERO));
        totals.on(new RelayEvent.NotRelayed("rdv", 2, name, Reason.PEER_GONE, Optional.empty(), Duration.ZERO));
        totals.on(new RelayEvent.CircuitOpened("rdv", 3, name, Duration.ZERO));
        totals.on(new RelayEvent.Refused(Optional.empty(), address, Reason.LIMIT_PEER, ""));

        assertThat(List.of(totals.accepted(), totals.direct(), totals.neither(), totals.relayed()))
                .containsOnly(1L);
        assertThat(totals.refused()).isEqualTo(Map.of(Reason.LIMIT_PEER, 1L));
    }

    /** A loopback connection: its near end belongs to the data path, its far end to the test. */
    private static final class Pair implements AutoCloseable {
        private final SocketChannel near;
        private final SocketChannel far;

        Pair() throws IOException {
            try (var listener = ServerSocketChannel.open()) {
                listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                far = SocketChannel.open(listener.getLocalAddress());
                near = listener.accept();
            }
        }

        Leg leg() throws IOException {
            ByteStream stream = new TcpStream(near);
            InetSocketAddress remote = stream.remoteAddress().orElseThrow();
            return new Leg(stream, remote, Optional.of(remote), Place.uncounted(), false, Duration.ofSeconds(10));
        }

        @Override
        public void close() throws IOException {
            far.close();
        }
    }
}
