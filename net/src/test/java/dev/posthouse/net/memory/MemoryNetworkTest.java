package dev.posthouse.net.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.PeerUnreachable;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class MemoryNetworkTest {

    private final MemoryNetwork network = new MemoryNetwork(Link.DEFAULT);

    @Test
    void aDialerReachesTheListenerOfThatName() throws IOException {
        InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7);
        try (MemoryListener listener = network.listen("relay");
                ByteStream dialed = network.dial("relay", from);
                ByteStream accepted = listener.accept()) {
            dialed.write(US_ASCII.encode("hello"));
            ByteBuffer into = ByteBuffer.allocate(10);

            assertThat(accepted.read(into)).isEqualTo(5);
            assertThat(accepted.remoteAddress()).contains(from);
            assertThat(dialed.localAddress()).contains(from);
        }
    }

    @Test
    void aNameIsTakenOnceAndFreeAfterClosing() throws IOException {
        MemoryListener first = network.listen("relay");
        assertThatThrownBy(() -> network.listen("relay"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("taken");
        first.close();
        first.close();

        try (MemoryListener second = network.listen("relay")) {
            assertThat(second.name()).isEqualTo("relay");
        }
    }

    @Test
    void nobodyThereIsUnreachable() throws IOException {
        assertThatThrownBy(() -> network.dial("relay")).isInstanceOf(PeerUnreachable.class);
        try (MemoryListener elsewhere = new MemoryNetwork(Link.DEFAULT).listen("relay")) {
            assertThat(elsewhere.name()).isEqualTo("relay");
            assertThatThrownBy(() -> network.dial("relay")).isInstanceOf(PeerUnreachable.class);
        }
    }

    @Test
    void closingAListenerEndsItsAcceptAndResetsWhoWasNotAccepted() throws IOException {
        MemoryListener listener = network.listen("relay");
        MemoryListener other = network.listen("other");
        ByteStream dialed = network.dial("other");
        Background<?> accepting = Background.start(listener::accept).awaitBlocked();

        listener.close();
        other.close();

        assertThat(accepting.failure()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> dialed.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        dialed.close();
    }

    @Test
    void bytesAreUnderWayForTheLatency() throws IOException {
        Duration latency = Duration.ofMillis(40);
        try (MemoryPair pair = MemoryPair.create(Link.DEFAULT.withLatency(latency))) {
            long start = System.nanoTime();
            pair.left().write(US_ASCII.encode("x"));

            assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(latency.toNanos());
        }
    }

    @Test
    void aWriterBlocksAtExactlyTheBufferSize() throws IOException {
        try (MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(10))) {
            pair.left().write(ByteBuffer.allocate(10));
            Background<?> writing = Background.start(() -> pair.left().write(ByteBuffer.allocate(1)))
                    .awaitBlocked();

            assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertThat(writing.result()).isEqualTo(1);
        }
    }
}
