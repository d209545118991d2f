package dev.posthouse.interop.nat.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.testkit.Background;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SealedExchangeTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void endsMaySendDifferentAmounts() throws Exception {
        for (int bytes : new int[] {0, 1, 1_000_000}) {
            try (MemoryPair pair = MemoryPair.create()) {
                var other = Background.run(() -> SealedExchange.run(pair.right(), 10, LIMIT, () -> {}));
                SealedExchange.run(pair.left(), bytes, LIMIT, () -> {});

                other.result();
                assertThat(pair.left().isOpen()).isFalse();
                assertThat(pair.right().isOpen()).isFalse();
            }
        }
    }

    @Test
    void dataThatDoesNotMatchItsSealIsNotAcknowledged() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            pair.right().write(ByteBuffer.allocate(8 + 40).putLong(40).position(0));

            assertThatThrownBy(() -> SealedExchange.run(pair.left(), 0, LIMIT, () -> {}))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessage("the 8 bytes that arrived do not match their SHA-256");
        }
    }

    @Test
    void lengthOutOfBoundsIsRefusedBeforeAnythingIsHeld() throws Exception {
        for (long length : new long[] {-1, 0, 31, SealedExchange.MAX_BYTES + 33L, Long.MAX_VALUE}) {
            try (MemoryPair pair = MemoryPair.create()) {
                pair.right().write(ByteBuffer.allocate(8).putLong(length).flip());

                assertThatThrownBy(() -> SealedExchange.run(pair.left(), 0, LIMIT, () -> {}))
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageEndingWith("not " + length);
            }
        }
    }

    @Test
    void peerThatEndsEarlyIsAFailure() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            pair.right().write(ByteBuffer.allocate(8 + 5).putLong(40).position(0));
            pair.right().shutdownOutput();

            assertThatThrownBy(() -> SealedExchange.run(pair.left(), 0, LIMIT, () -> {}))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("the peer ended after 5 of 40 bytes");
        }
    }

    @Test
    void silentPeerIsGivenUp() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            assertThatThrownBy(() -> SealedExchange.run(pair.left(), 0, Duration.ofMillis(50), () -> {}))
                    .isInstanceOf(TimedOut.class);
        }
    }

    @Test
    void failureBetweenTheHalvesFailsTheExchange() throws Exception {
        try (MemoryPair pair = MemoryPair.create()) {
            var other = Background.run(() -> SealedExchange.run(pair.right(), 10, LIMIT, () -> {}));
            assertThatThrownBy(() -> SealedExchange.run(pair.left(), 10, LIMIT, () -> {
                        throw new IOException("no word came");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no word came");
            assertThat(other.failure()).isInstanceOf(IOException.class);
        }
    }
}
