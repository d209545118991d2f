package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.interop.process.Payload;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.client.AccessList;
import dev.posthouse.offset.client.OffsetClient;
import dev.posthouse.offset.client.OffsetConnection;
import dev.posthouse.offset.client.OffsetListener;
import dev.posthouse.offset.client.RelayAddress;
import dev.posthouse.offset.server.OffsetServer;
import dev.posthouse.relay.Relay;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rekeys under load: begun by the peer, by ours, and by both at the same time, on the legs and inside the tunnel. Ours run
 * in this process, with ticks of a fraction of a second.
 */
@LiveOffset
class RekeyTest {

    private static final long BYTES = 48L << 20;

    private static final Duration TICK = Duration.ofMillis(100);

    /** Of what takes its time by ticks the limits stay in the order of the protocol's. */
    private static final ChannelSettings QUIET = new ChannelSettings(80, 320, 3_600, 255, 4 << 20);

    private static final ChannelSettings BUSY = QUIET.withRekeyTicks(1);

    private static final String OFTEN = "20ms";

    @TempDir
    static Path directory = Path.of("");

    /** Our relay in this process. */
    private record OurRelay(Relay relay, TickClock ticks, Meeting meeting) implements AutoCloseable {
        static OurRelay start(ChannelSettings settings) throws IOException {
            Ed25519KeyPair identity = Ed25519KeyPair.generate();
            TickClock ticks = TickClock.start(TICK);
            Relay relay = Relay.builder()
                    .dialect(OffsetServer.builder(identity)
                            .settings(settings)
                            .ticks(ticks)
                            .build())
                    .listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                    .start();
            return new OurRelay(
                    relay,
                    ticks,
                    new Meeting(
                            "127.0.0.1:" + relay.address().getPort(),
                            identity.publicKey().toString()));
        }

        @Override
        public void close() {
            relay.close();
            ticks.close();
        }
    }

    static Stream<Arguments> whoRekeys() {
        return Stream.of(
                Arguments.of("the peers", QUIET, true),
                Arguments.of("our relay", BUSY, false),
                Arguments.of("both", BUSY, true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whoRekeys")
    void onLegsAndInTheTunnelUnderLoad(String who, ChannelSettings settings, boolean peers) throws Exception {
        try (OurRelay relay = OurRelay.start(settings)) {
            Who d = Who.in(directory);
            String every = peers ? OFTEN : "0";
            try (ChildProcess sink = sink(relay.meeting(), d, every)) {
                Events.out(sink).await("listening");
                JsonObject sent;
                try (ChildProcess source = source(relay.meeting(), d, every)) {
                    assertThat(source.awaitExit()).as(source::everything).isZero();
                    sent = Events.out(source).await("sent");
                }
                assertThat(sink.awaitExit()).as(sink::everything).isZero();
                JsonObject received = Events.out(sink).await("received");
                same(sent, received);
                assertThat(sent.get("leg_rekeys").getAsLong()).isPositive();
                assertThat(received.get("leg_rekeys").getAsLong()).isPositive();
                assertThat(received.get("rekeys").getAsLong() > 0).as(who).isEqualTo(peers);
            }
        }
    }

    /** By the peer's own count of ticks, on all channels together, as its timers have it. */
    @Test
    void byTicksOnBothSidesOfTheTunnelAtTheSameTime() throws Exception {
        try (OurRelay relay = OurRelay.start(QUIET)) {
            Who d = Who.in(directory);
            String[] ticks = {"--tick", "50ms", "--rekey-ticks", "1", "--setup-ticks", "160", "--keepalive-ticks", "640"
            };
            try (ChildProcess sink = Clients.peer(
                            "listen", relay.meeting(), d, and(ticks, "--app", "sink", "--count", "1"))
                    .start()) {
                Events.out(sink).await("listening");
                try (ChildProcess source = Clients.peer(
                                "connect",
                                relay.meeting(),
                                Who.in(directory),
                                and(ticks, "--peer", d.key(), "--app", "source", "--bytes", Long.toString(BYTES)))
                        .start()) {
                    assertThat(source.awaitExit()).as(source::everything).isZero();
                    assertThat(sink.awaitExit()).as(sink::everything).isZero();
                    same(Events.out(source).await("sent"), Events.out(sink).await("received"));
                    assertThat(Events.out(sink).await("received").get("rekeys").getAsLong())
                            .isPositive();
                }
            }
        }
    }

    static Stream<Arguments> whoRekeysTheTunnel() {
        return Stream.of(
                Arguments.of("the peer", QUIET, true),
                Arguments.of("ours", BUSY, false),
                Arguments.of("both", BUSY, true));
    }

    /** Our client sends, the peer receives. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("whoRekeysTheTunnel")
    void ourConnectorAndTheirListener(String who, ChannelSettings settings, boolean peer) throws Exception {
        try (LiveRelay relay = LiveRelay.start(Side.PEER, directory);
                TickClock ticks = TickClock.start(TICK)) {
            Who d = Who.in(directory);
            Who c = Who.in(directory);
            Payload data = Payload.of(4741, BYTES);
            try (ChildProcess sink = sink(relay.meeting(), d, peer ? OFTEN : "0");
                    OffsetClient client = OffsetClient.builder(c.identity())
                            .settings(settings)
                            .ticks(ticks)
                            .build()) {
                relay.awaitListening(d);
                try (OffsetConnection connection =
                        client.dial(address(relay.meeting()), d.identity().publicKey())) {
                    var source = data.oracle().source(data.length());
                    while (source.hasRemaining()) {
                        connection.stream().write(ByteBuffer.wrap(source.next(60_000)));
                    }
                    connection.stream().shutdownOutput();
                    assertThat(sink.awaitExit()).as(sink::everything).isZero();
                }
                JsonObject received = Events.out(sink).await("received");
                assertThat(received.get("sha256").getAsString()).isEqualTo(data.sha256());
                assertThat(received.get("rekeys").getAsLong()).as(who).isPositive();
                assertThat(received.get("bytes").getAsLong()).isEqualTo(data.length());
            }
        }
    }

    /** The peer sends, our client receives. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("whoRekeysTheTunnel")
    void ourListenerAndTheirConnector(String who, ChannelSettings settings, boolean peer) throws Exception {
        try (LiveRelay relay = LiveRelay.start(Side.PEER, directory);
                TickClock ticks = TickClock.start(TICK)) {
            Who d = Who.in(directory);
            var access = new AccessList();
            access.allowAll();
            try (OffsetClient client = OffsetClient.builder(d.identity())
                            .settings(settings)
                            .ticks(ticks)
                            .build();
                    OffsetListener listener = client.listen(address(relay.meeting()), access)) {
                relay.awaitListening(d);
                Background<String> hash = Background.start(() -> {
                    try (OffsetConnection connection = listener.accept()) {
                        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
                        while (connection.stream().read(buffer.clear()) >= 0) {
                            sha256.update(buffer.flip());
                        }
                        return HexFormat.of().formatHex(sha256.digest());
                    }
                });
                try (ChildProcess source = source(relay.meeting(), d, peer ? OFTEN : "0")) {
                    assertThat(source.awaitExit()).as(source::everything).isZero();
                    JsonObject sent = Events.out(source).await("sent");
                    assertThat(hash.result()).isEqualTo(sent.get("sha256").getAsString());
                    assertThat(sent.get("rekeys").getAsLong()).as(who).isPositive();
                }
            }
        }
    }

    private static RelayAddress address(Meeting meeting) {
        return RelayAddress.parse(Ed25519PublicKey.parse(meeting.key()), meeting.at());
    }

    private static ChildProcess sink(Meeting relay, Who me, String every) throws IOException {
        return Clients.peer(
                        "listen",
                        relay,
                        me,
                        "--app",
                        "sink",
                        "--count",
                        "1",
                        "--padding",
                        "small",
                        "--rekey-every",
                        every)
                .start();
    }

    private static ChildProcess source(Meeting relay, Who to, String every) throws IOException {
        return Clients.peer(
                        "connect",
                        relay,
                        Who.in(directory),
                        "--peer",
                        to.key(),
                        "--app",
                        "source",
                        "--bytes",
                        Long.toString(BYTES),
                        "--chunk",
                        "30000",
                        "--padding",
                        "small",
                        "--rekey-every",
                        every)
                .start();
    }

    private static String[] and(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private static void same(JsonObject sent, JsonObject received) {
        assertThat(received.get("bytes")).isEqualTo(sent.get("bytes"));
        assertThat(received.get("sha256")).isEqualTo(sent.get("sha256"));
    }
}
