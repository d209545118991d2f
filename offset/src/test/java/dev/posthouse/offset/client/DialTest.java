package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.Refused;
import dev.posthouse.net.RelayUnreachable;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.connection.Route;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The connector's part (spec 8.1, 9), and what each way of failing is called. Whatever fails, nothing is left. */
@ExtendWith(LeakCheck.class)
class DialTest {

    private final Ed25519KeyPair own = Ed25519KeyPair.generate();
    private final Ed25519KeyPair peer = Ed25519KeyPair.generate();
    private ScriptedRelay relay;

    @BeforeEach
    void startRelay() throws IOException {
        relay = ScriptedRelay.start();
    }

    @AfterEach
    void closeRelay() throws IOException {
        relay.close();
    }

    private OffsetClient client(Duration tick) {
        return OffsetClient.builder(own).ticks(new ManualTicks(tick)).build();
    }

    /** With limits that nothing here runs into. */
    private OffsetClient patient() {
        return client(Duration.ofSeconds(10));
    }

    private Background<OffsetConnection> dialing(OffsetClient client) {
        return Background.start(() -> client.dial(relay.address(), peer.publicKey()));
    }

    private static ByteBuffer text(String text) {
        return UTF_8.encode(text);
    }

    @Test
    void aConnectorAsksForThePeerAndPassesMessagesBothWays() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            ScriptedRelay.Visitor visitor = relay.greet();
            assertThat(visitor.key()).isEqualTo(own.publicKey());
            assertThat(visitor.said())
                    .isEqualTo(new InitConnection.Connect(
                            Octets.of(peer.publicKey().bytes())));
            KeepAlive far = visitor.joinAs(peer);

            OffsetConnection connection = dialing.result();
            connection.messages().send(text("there"));
            far.send(text("and back"));

            assertThat(far.receive()).contains(text("there"));
            assertThat(connection.messages().receive()).contains(text("and back"));
            connection.abort();
        }
    }

    @Test
    void aConnectionSaysWithWhomThroughWhatAndHowLongItTook() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            relay.greet().joinAs(peer);

            OffsetConnection connection = dialing.result();

            assertThat(connection.peer()).isEqualTo(peer.publicKey());
            assertThat(connection.relay()).isEqualTo(relay.address());
            assertThat(connection.route()).isInstanceOf(Route.Relayed.class);
            assertThat(connection.route().remote().getPort())
                    .isEqualTo(relay.address().port());
            assertThat(connection.report().relayRoundTrip()).isPositive();
            assertThat(connection.report().toMeeting())
                    .isGreaterThan(connection.report().relayRoundTrip())
                    .isLessThan(connection.report().toConnected());
            assertThat(connection.carriesHalfClose()).isFalse();
            connection.abort();
        }
    }

    @Test
    void aRelayThatIsNotThereIsUnreachable() throws IOException {
        relay.stopListening();
        try (OffsetClient client = patient()) {
            assertThat(dialing(client).failure())
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("127.0.0.1:" + relay.address().port());
        }
    }

    @Test
    void aRelayThatDoesNotAnswerIsUnreachable() throws IOException {
        ManualTicks ticks = new ManualTicks(Duration.ofMillis(20));
        try (OffsetClient client = OffsetClient.builder(own).ticks(ticks).build()) {
            var dialing = dialing(client);
            relay.accept();

            assertThat(dialing.failure()).isInstanceOf(RelayUnreachable.class).hasMessageContaining("handshake");
            assertThat(ticks.registered()).isZero();
        }
    }

    @Test
    void aRelayThatHangsUpWithinTheHandshakeIsUnreachable() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            relay.accept().close();

            assertThat(dialing.failure()).isInstanceOf(RelayUnreachable.class);
        }
    }

    @Test
    void aServerOfAnotherKindIsAProtocolViolation() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            relay.accept().write(text("HTTP/1.1 400 Bad Request\r\n\r\n"));

            assertThat(dialing.failure()).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void anotherRelayThanTheOneThatIsMeantIsNotAuthenticated() throws IOException {
        Ed25519PublicKey meant = Ed25519KeyPair.generate().publicKey();
        try (OffsetClient client = patient()) {
            var address = new RelayAddress(meant, "127.0.0.1", relay.address().port());
            var dialing = Background.start(() -> client.dial(address, peer.publicKey()));
            var greeting = Background.start(relay::greet);

            assertThat(dialing.failure())
                    .isInstanceOf(AuthenticationFailed.class)
                    .hasMessageContaining("not the relay " + meant);
            assertThat(greeting.failure()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRelayThatClosesAfterConnectHasRefused() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            relay.greet().channel().close();

            assertThat(dialing.failure()).isInstanceOf(Refused.class).hasMessageContaining("does not listen there");
        }
    }

    @Test
    void aPeerThatDoesNotComeIsATimeOutAfterEightTicks() throws IOException {
        ManualTicks ticks = new ManualTicks(Duration.ofMillis(250));
        try (OffsetClient client = OffsetClient.builder(own).ticks(ticks).build()) {
            var dialing = dialing(client);
            relay.greet();

            assertThat(dialing.failure())
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("the peer did not come")
                    .hasMessageContaining("2000 ms");
            assertThat(ticks.registered()).isZero();
        }
    }

    @Test
    void somebodyElseThanThePeerIsNotAuthenticated() throws IOException {
        ManualTicks ticks = new ManualTicks(Duration.ofSeconds(10));
        try (OffsetClient client = OffsetClient.builder(own).ticks(ticks).build()) {
            var dialing = dialing(client);
            ScriptedRelay.Visitor visitor = relay.greet();
            var impostor = Background.start(() -> visitor.joinAs(Ed25519KeyPair.generate()));

            assertThat(dialing.failure()).isInstanceOf(AuthenticationFailed.class);
            assertThat(impostor.failure()).isInstanceOf(IOException.class);
            assertThat(ticks.registered()).isZero();
        }
    }

    @Test
    void theWholeCallMayHaveALimit() throws IOException {
        try (OffsetClient client = OffsetClient.builder(own)
                .ticks(new ManualTicks(Duration.ofSeconds(10)))
                .timeout(Duration.ofMillis(300))
                .build()) {
            var dialing = dialing(client);
            relay.accept();

            assertThat(dialing.failure())
                    .isInstanceOf(RelayUnreachable.class)
                    .hasMessageContaining("did not answer within 300 ms");
        }
    }

    @Test
    void anInterruptEndsACall() throws IOException {
        try (OffsetClient client = patient()) {
            var dialing = dialing(client);
            relay.greet();
            dialing.awaitBlocked().interrupt();

            assertThat(dialing.failure()).isInstanceOf(InterruptedIOException.class);
        }
    }

    @Test
    void closingTheClientEndsACallAndRefusesLaterOnes() throws IOException {
        OffsetClient client = patient();
        var dialing = dialing(client);
        relay.greet();
        dialing.awaitBlocked();

        client.close();

        assertThat(dialing.failure()).isInstanceOf(IOException.class).hasMessageContaining("client was closed");
        assertThatThrownBy(() -> client.dial(relay.address(), peer.publicKey()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("client was closed");
        assertThatThrownBy(() -> client.listen(relay.address(), new AccessList()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("client was closed");
    }

    @Test
    void aPeerThatIsNotThereOrDoesNotWantUsIsARefusalByOurRelay() throws IOException {
        try (RelayFixture real = RelayFixture.start();
                OffsetClient client = patient();
                OffsetClient other = OffsetClient.of(peer)) {
            assertThatThrownBy(() -> client.dial(real.address(), peer.publicKey()))
                    .isInstanceOf(Refused.class);

            try (OffsetListener listener = other.listen(real.address(), new AccessList())) {
                real.awaitListeners(1);
                assertThatThrownBy(() -> client.dial(real.address(), peer.publicKey()))
                        .isInstanceOf(Refused.class);
                assertThat(listener.states()).hasSize(1);
            }
        }
    }
}
