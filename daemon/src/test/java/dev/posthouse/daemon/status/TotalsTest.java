package dev.posthouse.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.circuit.Circuit;
import dev.posthouse.relay.circuit.CircuitRequest;
import dev.posthouse.relay.circuit.CircuitTerms;
import dev.posthouse.relay.circuit.Circuits;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Splice;
import dev.posthouse.relay.splice.SpliceEnd;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class TotalsTest {

    private static RelayEvent closed(long circuit, long dialer, long acceptor) {
        return new RelayEvent.CircuitClosed(
                "rdv",
                circuit,
                new NameTag("a1b2c3"),
                Reason.COMPLETED,
                dialer,
                acceptor,
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
        try (var circuits = new FakeCircuits(totals, 1)) {
            // The list keeps the circuit for longer than the relay's would: as if somebody looked while it ends.
            Collection<Circuit> listed = List.copyOf(circuits.running());
            totals.watch(() -> listed);
            circuits.splice(0).dialer = 5;

            assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(0, 0));
            totals.catchUp();
            assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(5, 0));
            circuits.splice(0).dialer = 7;
            circuits.splice(0).end(Reason.IDLE);
            assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(7, 0));
            totals.catchUp();
            assertThat(totals.relayedBytes("rdv")).isEqualTo(new Totals.Relayed(7, 0));
        }
    }

    /**
     * 50 000 circuits and somebody who looks: each is gone through once, nothing is copied, and an event in the middle of it, from
     * another thread, waits for nobody.
     */
    @Test
    void whoLooksHoldsNoEventUpAndCopiesNothing() throws Exception {
        int many = 50_000;
        var totals = new Totals();
        try (var circuits = new FakeCircuits(totals, many)) {
            for (int i = 0; i < many; i++) {
                circuits.splice(i).dialer = 3;
                circuits.splice(i).acceptor = 4;
            }
            var looked = new Looked(circuits.running(), many / 2, () -> {
                // Half-way: this one ends, whether it was counted already or is still to come.
                circuits.splice(many / 4).end(Reason.COMPLETED);
                circuits.splice(many - 1).end(Reason.COMPLETED);
            });
            totals.watch(() -> looked);

            synchronized (totals) {
                // Held by us: whoever looks or tells an event on another thread must not need it.
                var scrape = Thread.ofPlatform().start(() -> {
                    totals.catchUp();
                    looked.shown = totals.relayedBytes("rdv");
                });
                assertThat(scrape.join(Duration.ofSeconds(60))).isTrue();
            }

            assertThat(looked.iterations).isEqualTo(1);
            assertThat(totals.circuits("rdv")).isEqualTo(many - 2);
            assertThat(looked.shown).isEqualTo(new Totals.Relayed(3L * many, 4L * many));
            totals.catchUp();
            assertThat(totals.relayedBytes(List.of("rdv", "none"))).isEqualTo(new Totals.Relayed(3L * many, 4L * many));
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

    /** Circuits that may be gone through and nothing else; half-way something happens on another thread. */
    private static final class Looked extends AbstractCollection<Circuit> {
        private final Collection<Circuit> circuits;
        private final int halfWay;
        private final Runnable then;
        private int iterations;
        private volatile Totals.Relayed shown = new Totals.Relayed(0, 0);

        Looked(Collection<Circuit> circuits, int halfWay, Runnable then) {
            this.circuits = circuits;
            this.halfWay = halfWay;
            this.then = then;
        }

        @Override
        public Iterator<Circuit> iterator() {
            iterations++;
            Iterator<Circuit> all = circuits.iterator();
            return new Iterator<>() {
                private int passed;

                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public Circuit next() {
                    if (++passed == halfWay && iterations == 1) {
                        onAnotherThread();
                    }
                    return all.next();
                }
            };
        }

        private void onAnotherThread() {
            try {
                assertThat(Thread.ofPlatform().start(then).join(Duration.ofSeconds(30)))
                        .as("the event was told while somebody looked")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int size() {
            throw new UnsupportedOperationException("nobody needs it to look");
        }

        @Override
        public Object[] toArray() {
            throw new UnsupportedOperationException("a copy");
        }
    }

    /** A relay's circuits over streams in memory; what they have carried is said by the test. */
    private static final class FakeCircuits implements AutoCloseable {

        /** Says that so many bytes went through. */
        private static final class Said implements Splice {
            private final Consumer<SpliceEnd> onEnd;
            private volatile long dialer;
            private volatile long acceptor;

            Said(Consumer<SpliceEnd> onEnd) {
                this.onEnd = onEnd;
            }

            @Override
            public long leftToRight() {
                return dialer;
            }

            @Override
            public long rightToLeft() {
                return acceptor;
            }

            @Override
            public void end(Reason reason) {
                onEnd.accept(new SpliceEnd(reason, dialer, acceptor, Optional.empty()));
            }
        }

        private final Splicer dataPath = Splicer.start();
        private final Circuits circuits;
        private final List<Said> splices = new ArrayList<>();
        private final MemoryPair streams = MemoryPair.create();

        FakeCircuits(Totals totals, int count) throws IOException {
            circuits =
                    RelayServices.singleNode(dataPath, Limits.DEFAULT, totals).circuits();
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            for (int i = 0; i < count; i++) {
                circuits.open(new CircuitRequest(
                        "rdv",
                        circuits.nextNumber(),
                        new NameTag("a1b2c3"),
                        new Inbound(
                                streams.left(),
                                address,
                                Optional.of(address),
                                ConnectionPermit.uncounted(),
                                Duration.ofSeconds(10)),
                        new Inbound(
                                streams.right(),
                                address,
                                Optional.of(address),
                                ConnectionPermit.uncounted(),
                                Duration.ofSeconds(10)),
                        (terms, onEnd) -> {
                            var splice = new Said(onEnd);
                            splices.add(splice);
                            return splice;
                        },
                        Permit.uncounted(),
                        CircuitTerms.NONE,
                        Duration.ZERO,
                        end -> {}));
            }
        }

        Collection<Circuit> running() {
            return circuits.running();
        }

        Said splice(int number) {
            return splices.get(number);
        }

        @Override
        public void close() throws IOException {
            streams.close();
            dataPath.close();
        }
    }
}
