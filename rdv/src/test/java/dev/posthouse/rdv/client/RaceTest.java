package dev.posthouse.rdv.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.net.acknowledged.AcknowledgedSettings;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.net.punch.CandidatePolicy;
import dev.posthouse.net.punch.PunchSocket;
import dev.posthouse.rdv.wire.Extensions;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.Proof;
import dev.posthouse.rdv.wire.RdvResponse;
import dev.posthouse.rdv.wire.Token;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From the meeting to the choice, where something fails in this process itself. */
@ExtendWith(LeakCheck.class)
class RaceTest {

    /** A relay stream at which reading finds no memory, or whatever else. */
    private static final class Failing extends DelegatingStream {
        Failing(ByteStream below) {
            super(below);
        }

        @Override
        public int read(ByteBuffer into) {
            throw new StackOverflowError("of the test's making");
        }
    }

    @Test
    void acceptorWhoseRelayStreamThrowsAnErrorFailsAndDoesNotWaitForEver() throws Exception {
        try (MemoryPair pair = MemoryPair.create();
                PunchSocket socket =
                        PunchSocket.open(PunchSocket.Options.of(CandidatePolicy.of(RdvClientTest.LOOPBACK)))) {
            Token token = Token.of("t");
            var meeting = new Rendezvous(
                    Method.ACCEPT,
                    token,
                    Proof.ofToken(token),
                    new Failing(pair.left()),
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
                    socket,
                    List.of(),
                    new RdvResponse(List.of(), Optional.empty(), Extensions.NONE),
                    Duration.ZERO,
                    System.nanoTime(),
                    System.nanoTime());
            try (Race race = new Race(meeting, false, AcknowledgedSettings.DEFAULT)) {
                assertThat(Background.start(() -> race.run(Picker.first())).failure())
                        .isInstanceOf(PeerUnreachable.class);
            }
        }
    }
}
