package dev.posthouse.offset.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Refused;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.connection.Listener;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Offset's addresses on the command line. */
@ExtendWith(LeakCheck.class)
class OffsetSchemeTest {

    private RelayFixture relay;
    private OffsetClient dialer;
    private OffsetClient acceptor;
    private OffsetScheme dials;
    private OffsetScheme accepts;

    @BeforeEach
    void start() throws IOException {
        relay = RelayFixture.start();
        dialer = OffsetClient.of(Ed25519KeyPair.generate());
        acceptor = OffsetClient.of(Ed25519KeyPair.generate());
        dials = new OffsetScheme(dialer, new AccessList());
        accepts = new OffsetScheme(acceptor, AccessList.of(dialer.publicKey()));
    }

    @AfterEach
    void close() {
        dialer.close();
        acceptor.close();
        relay.close();
    }

    @Test
    void theFirstThatIsAdmittedIsAcceptedAndNobodyElse() throws IOException {
        String here = relay.address().toString();
        var accepting = Background.start(() -> accepts.accept(here, Optional.empty()));
        relay.awaitListeners(1);
        try (OffsetClient stranger = OffsetClient.of(Ed25519KeyPair.generate())) {
            assertThatThrownBy(() -> stranger.dial(relay.address(), acceptor.publicKey()))
                    .isInstanceOf(Refused.class);
        }

        String there = here + "/" + acceptor.publicKey();
        StreamConnection dialed = dials.dial(there, Optional.empty());
        StreamConnection accepted = accepting.result();

        assertThatThrownBy(() -> dials.dial(there, Optional.empty())).isInstanceOf(Refused.class);
        dialed.stream().write(UTF_8.encode("uncut"));
        ByteBuffer into = ByteBuffer.allocate(5);
        assertThat(accepted.stream().read(into)).isEqualTo(5);
        assertThat(UTF_8.decode(into.flip()).toString()).isEqualTo("uncut");
        dialed.close();
        accepted.close();
    }

    @Test
    void aListenerAcceptsOneAfterAnotherAndItsConnectionsOutliveIt() throws IOException {
        Listener listener = accepts.listen(relay.address().toString(), Optional.empty());
        String there = relay.address() + "/" + acceptor.publicKey();
        relay.awaitListeners(1);
        StreamConnection dialed = dials.dial(there, Optional.empty());
        StreamConnection accepted = listener.accept();
        dials.dial(there, Optional.empty()).close();
        listener.accept().close();

        var waiting = Background.start(listener::accept).awaitBlocked();
        listener.close();

        assertThat(waiting.failure()).isInstanceOf(IOException.class);
        dialed.stream().write(UTF_8.encode("uncut"));
        assertThat(accepted.stream().read(ByteBuffer.allocate(5))).isEqualTo(5);
        dialed.close();
        accepted.close();
    }

    @Test
    void theWaitForAPeerHasTheClientsLimit() throws IOException {
        try (OffsetClient impatient = OffsetClient.builder(Ed25519KeyPair.generate())
                .timeout(Duration.ofSeconds(3)) // with time for the handshake with the relay on a busy machine
                .build()) {
            var scheme = new OffsetScheme(impatient, new AccessList());
            assertThatThrownBy(() -> scheme.accept(relay.address().toString(), Optional.empty()))
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining(
                            "no peer came to the relay at " + relay.address().hostAndPort() + " within 3 s");
        }
    }

    @Test
    void whatIsMissingOrTooMuchIsSaid() {
        String here = relay.address().toString();
        String there = here + "/" + acceptor.publicKey();

        assertThatThrownBy(() -> dials.dial(here, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no PEERKEY");
        assertThatThrownBy(() -> accepts.accept(there, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no PEERKEY");
        assertThatThrownBy(() -> dials.dial(there, Optional.of("token")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes no token");
        assertThatThrownBy(() -> accepts.accept(here, Optional.of("token")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes no token");
    }
}
