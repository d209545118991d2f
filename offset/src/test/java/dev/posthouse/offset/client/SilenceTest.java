package dev.posthouse.offset.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ConnectionLost;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why a connection ended is said to whoever reads and whoever writes, blocked or later: never how it looked from within. */
@ExtendWith(LeakCheck.class)
class SilenceTest {

    private static final int LIMIT = 32;
    private static final Ed25519KeyPair PEER = Ed25519KeyPair.generate();

    private final ManualTicks ticks = new ManualTicks(Duration.ofSeconds(1));
    private final ScriptedRelay relay;
    private final OffsetClient client;
    private final OffsetConnection connection;
    private final ScriptedRelay.Visitor visitor;

    SilenceTest() throws IOException {
        relay = ScriptedRelay.start();
        client = OffsetClient.builder(Ed25519KeyPair.generate())
                .ticks(ticks)
                .extensions(0)
                .build();
        var dialing = Background.start(() -> client.dial(relay.address(), PEER.publicKey()));
        visitor = relay.greet();
        visitor.joinAs(PEER);
        connection = dialing.result();
    }

    @BeforeEach
    void bothCountTicks() {
        assertThat(ticks.registered()).isEqualTo(2);
    }

    @AfterEach
    void close() throws IOException {
        connection.abort();
        client.close(Duration.ZERO);
        relay.close();
        assertThat(ticks.registered()).isZero();
    }

    private static void writeForEver(ByteStream stream) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
        while (true) {
            stream.write(bytes.clear());
        }
    }

    private void assertAllHear(String why, Background<?> reading, Background<?> writing) {
        for (Background<?> each : new Background<?>[] {reading, writing}) {
            assertThat(each.failure())
                    .isInstanceOfSatisfying(
                            ConnectionLost.class, lost -> assertThat(lost.how()).isEqualTo(ConnectionLost.How.SILENT))
                    .hasMessage("the tunnel broke: " + why);
        }
        ByteStream stream = connection.stream();
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).hasMessage("the tunnel broke: " + why);
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).hasMessage("the tunnel broke: " + why);
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).hasMessage("the tunnel broke: " + why);
    }

    @Test
    void aRelayThatFallsSilentWhileAWriteIsBlockedIsNamedToReaderAndWriter() {
        ByteStream stream = connection.stream();
        var reading =
                Background.start(() -> stream.read(ByteBuffer.allocate(1))).awaitBlocked();
        var writing = Background.run(() -> writeForEver(stream)).awaitBlocked();

        ticks.tick(LIMIT - 1);
        assertThat(connection.stream().isOpen()).isTrue();
        ticks.tick();

        assertAllHear("the relay was silent for 32 s", reading, writing);
    }

    /** What the system says depends on how far the writer was; with the original a reader takes any end for an end. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWriterOfAConnectionThatIsResetIsToldThatAndNotThatItIsClosed(boolean blocked) {
        ByteStream stream = connection.stream();
        var writing = Background.run(() -> writeForEver(stream));
        if (blocked) {
            writing.awaitBlocked();
        }
        visitor.stream().abort();

        String told =
                "the peer has closed the tunnel|the tunnel broke: (Connection reset.*|Broken pipe|the stream ended.*)";
        assertThat(writing.failure()).isInstanceOf(IOException.class).hasMessageMatching(told);
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).hasMessageMatching(told);
    }
}
