package dev.posthouse.bench.contestant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.offset.server.OffsetServer;
import dev.posthouse.relay.Relay;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OffsetClientsTest {
    private final Ed25519KeyPair identity = Ed25519KeyPair.generate();
    private Relay relay;
    private OffsetClients clients;

    @BeforeEach
    void start() throws IOException {
        relay = Relay.builder()
                .dialect(OffsetServer.of(identity))
                .listen(Loopback.freeAddress())
                .start();
        clients = OffsetClients.of(relay.address(), identity.publicKey());
    }

    @AfterEach
    void stop() {
        clients.close();
        relay.close();
    }

    @Test
    void tunnelsAreOpenedOnAllSlotsAtOnceAndAgain() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Pairs<Tunnel> tunnels = Pairs.open(3 * RunningRelay.SLOTS, clients::openTunnel)) {
                for (Tunnel tunnel : tunnels.all()) {
                    assertThat(tunnel.gone()).isEmpty();
                }
            }
        }
    }

    @Test
    void whatIsSentInBulkIsWhatIsCounted() throws IOException {
        try (Tunnel tunnel = clients.openTunnel(RunningRelay.SLOTS - 1)) {
            Circuit.Sender sender = tunnel.sender();
            Circuit.Receiver receiver = tunnel.receiver();

            assertThat(List.of(sender.send(), receiver.receive(), sender.send(), receiver.receive()))
                    .containsOnly(32 * 1024);
            tunnel.dialer().channel().shutdownOutput();
            assertThat(receiver.receive()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WaitingRole.class,
            names = {"CALLERS", "ANSWER"})
    void whoWaitsIsHeldUntilTheRelayEnds(WaitingRole role) throws Exception {
        try (OffsetLeg waiting = clients.openWaiting(role, 0)) {
            assertThat(waiting.gone()).isEmpty();

            relay.close();
            Optional<String> instead = waiting.gone();
            while (instead.isEmpty()) {
                Thread.onSpinWait();
                instead = waiting.gone();
            }
            assertThat(instead.get()).isIn("closed", "Connection reset");
        }
    }
}
