package dev.posthouse.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.relay.limit.AddressKey;
import dev.posthouse.relay.limit.Admission;
import dev.posthouse.relay.limit.Connections;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.limit.OverLimit;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The last words arrive, and whoever they are said to counts until its connection is closed, however it takes them. */
@ExtendWith(LeakCheck.class)
class FarewellTest {

    private static final InetAddress FROM = InetAddress.getLoopbackAddress();

    private final Connections connections =
            new Connections(new Admission(Limits.builder().build()));
    private final List<Long> countedAtCloses = new CopyOnWriteArrayList<>();

    /** What the peer does meanwhile. */
    enum Peer {
        LISTENS_AND_CLOSES {
            @Override
            void act(ByteStream stream) throws IOException {
                ByteBuffer into = ByteBuffer.allocate(100);
                while (stream.read(into) >= 0) {
                    // all of it
                }
                assertThat(new String(into.array(), 0, into.position(), StandardCharsets.US_ASCII))
                        .isEqualTo("go away");
                stream.close();
            }
        },
        LISTENS_AND_STAYS {
            @Override
            void act(ByteStream stream) throws IOException {
                while (stream.read(ByteBuffer.allocate(100)) >= 0) {
                    // all of it
                }
            }
        },
        NEVER_READS {
            @Override
            void act(ByteStream stream) {}
        },
        GOES_ON_SENDING {
            @Override
            void act(ByteStream stream) throws IOException {
                stream.write(ByteBuffer.allocate(100_000));
            }
        },
        RESETS {
            @Override
            void act(ByteStream stream) {
                stream.abort();
            }
        };

        abstract void act(ByteStream stream) throws IOException;
    }

    private final class Counting extends DelegatingStream {
        Counting(ByteStream below) {
            super(below);
        }

        @Override
        public void close() throws IOException {
            countedAtCloses.add(connections.open());
            super.close();
        }

        @Override
        public void abort() {
            countedAtCloses.add(connections.open());
            super.abort();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsSentAwayCountsUntilItsConnectionIsClosed(Peer peer) throws OverLimit {
        MemoryPair pair = MemoryPair.create();
        var remote = new InetSocketAddress(FROM, 1);
        AddressKey owner = AddressKey.of(FROM);
        var leg = new Inbound(
                new Counting(pair.right()),
                remote,
                Optional.of(remote),
                connections.admit(owner, owner, this),
                Duration.ofSeconds(10));

        Farewell.say(leg, "go away".getBytes(StandardCharsets.US_ASCII));
        try {
            peer.act(pair.left());
        } catch (IOException e) {
            // it was told to go
        }

        await().until(() -> connections.open() == 0);
        assertThat(countedAtCloses)
                .as("connections at each close")
                .isNotEmpty()
                .first()
                .isEqualTo(1L);
        pair.left().abort();
    }
}
