package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Reason;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is refused is counted, once, under the reason that it was refused for and not for what it does then. */
@ExtendWith(LeakCheck.class)
class RefusalTest {

    private static final Ed25519KeyPair HOST = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair GUEST = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair STRANGER = Ed25519KeyPair.generate();

    /** What a client does, up to its refusal. */
    enum Misdeed {
        UNKNOWN_BYTES(Reason.UNKNOWN_PROTOCOL) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                client.write(ByteBuffer.wrap("?!".getBytes(StandardCharsets.US_ASCII)));
            }
        },
        UNKNOWN_VERSION(Reason.PROTOCOL_ERROR) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                frames(client).send(ByteBuffer.wrap(new byte[] {0, 0, 0, 9}));
            }
        },
        NO_HANDSHAKE(Reason.PROTOCOL_ERROR) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                FrameStream frames = frames(client);
                frames.send(Version.frame());
                frames.send(ByteBuffer.wrap("no handshake".getBytes(StandardCharsets.US_ASCII)));
            }
        },
        MAY_NOT_COME(Reason.UNAUTHORIZED) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                channel(client, STRANGER);
            }
        },
        WANTS_NOTHING_KNOWN(Reason.PROTOCOL_ERROR) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                channel(client, GUEST).sendKept(ByteBuffer.wrap("tea".getBytes(StandardCharsets.US_ASCII)));
            }
        },
        CALLS_NOBODY(Reason.NO_PEER) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                channel(client, GUEST)
                        .sendKept(new InitConnection.Connect(TestClient.octets(HOST.publicKey())).encode());
            }
        },
        ACCEPTS_NOBODY(Reason.NO_PEER) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                channel(client, HOST)
                        .sendKept(new InitConnection.Accept(TestClient.octets(GUEST.publicKey())).encode());
            }
        },
        LISTENS_BEYOND_THE_LIMIT(Reason.LIMIT_PEER) {
            @Override
            void commit(RelayFixture relay, Observed client) throws IOException {
                TestClient.listener(relay, HOST);
                channel(client, GUEST).sendKept(new InitConnection.Listen().encode());
            }
        };

        private final Reason reason;

        Misdeed(Reason reason) {
            this.reason = reason;
        }

        abstract void commit(RelayFixture relay, Observed client) throws IOException;

        private static FrameStream frames(Observed client) {
            return new FrameStream(client, LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
        }

        private static RawChannel channel(Observed client, Ed25519KeyPair identity) throws IOException {
            FrameStream frames = frames(client);
            frames.send(Version.frame());
            Version.check(frames.receive().orElseThrow());
            return RawChannel.establish(frames, identity);
        }
    }

    /** What it does then. */
    private enum Then {
        CLOSES,
        RESETS,
        FALLS_SILENT,
        CLOSES_UNHEARD
    }

    private static RelayFixture relay() throws IOException {
        return RelayFixture.with()
                .authoriser((key, from) -> !key.equals(STRANGER.publicKey()))
                .limits(Limits.builder().waitingPerAddress(1).build())
                .start();
    }

    private static List<Reason> refused(RelayFixture relay) {
        return relay.events(RelayEvent.Refused.class).stream()
                .map(RelayEvent.Refused::reason)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Misdeed.class)
    void aRefusalIsCountedOnceWhateverThePeerDoesThen(Misdeed misdeed) throws IOException {
        for (Then then : Then.values()) {
            try (RelayFixture relay = relay()) {
                Observed client = relay.dial();
                misdeed.commit(relay, client);
                if (then != Then.CLOSES_UNHEARD) {
                    relay.awaitRefusal(misdeed.reason);
                }
                switch (then) {
                    case CLOSES, CLOSES_UNHEARD -> client.close();
                    case RESETS -> client.abort();
                    case FALLS_SILENT -> awaitEnd(client);
                }
                int others = misdeed == Misdeed.LISTENS_BEYOND_THE_LIMIT ? 1 : 0;
                RelayFixture.await().until(() -> relay.relay().connections() == others);
                assertThat(relay.countedAtCloses())
                        .as("%s, then %s: counted until its descriptor is closed", misdeed, then)
                        .isSubsetOf(others + 1L)
                        .hasSizeLessThanOrEqualTo(1);
                RelayFixture.await().during(Duration.ofMillis(50)).untilAsserted(() -> {
                    assertThat(refused(relay)).as("%s, then %s", misdeed, then).hasSize(1);
                    // What was still under way when it closed may never have arrived.
                    assertThat(then == Then.CLOSES_UNHEARD || refused(relay).contains(misdeed.reason))
                            .isTrue();
                });
                client.close();
            }
        }
    }

    @Test
    void whoLeavesWithinTheHandshakeIsCountedOnce() throws IOException {
        try (RelayFixture relay = relay();
                Observed client = relay.dial()) {
            FrameStream frames = Misdeed.frames(client);
            frames.send(Version.frame());
            Version.check(frames.receive().orElseThrow());
            client.close();
            RelayFixture.await().until(() -> relay.relay().connections() == 0);
            RelayFixture.await().during(Duration.ofMillis(50)).until(() -> refused(relay)
                    .equals(List.of(Reason.PEER_GONE)));
        }
    }

    /** The relay's end, in order or not. */
    private static void awaitEnd(Observed client) {
        ByteBuffer into = ByteBuffer.allocate(1_024);
        try {
            while (client.read(into.clear()) >= 0) {
                // What it says before is of no interest here.
            }
        } catch (IOException e) {
            // That is an end, too.
        }
    }
}
