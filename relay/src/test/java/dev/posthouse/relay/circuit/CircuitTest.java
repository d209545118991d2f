package dev.posthouse.relay.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.Reason;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Permit;
import dev.posthouse.relay.splice.Splice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CircuitTest {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final List<Reason> ends = new ArrayList<>();
    private final Splice splice = new Splice() {
        @Override
        public long leftToRight() {
            return 3;
        }

        @Override
        public long rightToLeft() {
            return 5;
        }

        @Override
        public void end(Reason reason) {
            ends.add(reason);
        }
    };
    private final Inbound leg = new Inbound(
            MemoryPair.create().left(), PEER, Optional.of(PEER), ConnectionPermit.uncounted(), Duration.ofSeconds(1));
    private final Circuit circuit = new Circuit(
            new CircuitRequest(
                    "rdv",
                    1,
                    NameTag.of("t"),
                    leg,
                    leg,
                    (terms, onEnd) -> splice,
                    Permit.uncounted(),
                    CircuitTerms.NONE,
                    Duration.ZERO,
                    end -> {}),
            0);

    @Test
    void endThatComesBeforeItsSpliceIsCaughtUpWith() {
        circuit.end(Reason.SHUTDOWN);
        assertThat(ends).isEmpty();
        circuit.carriedBy(splice);
        assertThat(ends).containsExactly(Reason.SHUTDOWN);
    }

    @Test
    void endThatComesLaterEndsTheSplice() {
        circuit.carriedBy(splice);
        assertThat(ends).isEmpty();
        circuit.end(Reason.SHUTDOWN);
        assertThat(ends).containsExactly(Reason.SHUTDOWN);
    }
}
