package dev.posthouse.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.memory.MemoryPair;
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
    private final Leg leg = new Leg(
            MemoryPair.create().left(), PEER, Optional.of(PEER), Place.uncounted(), false, Duration.ofSeconds(1));
    private final Circuit circuit = new Circuit(1, "rdv", NameTag.of("t"), leg, leg, 0);

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
