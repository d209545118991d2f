package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.ManualTicks;
import dev.posthouse.offset.channel.RawChannel;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.Version;
import dev.posthouse.relay.accept.Inbound;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.limit.ConnectionPermit;
import dev.posthouse.relay.limit.Limits;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Whatever a client sends, it is served or cut off by an IOException, and nobody waits or counts ticks for it afterwards. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class OffsetServerFuzzTest {

    private static final Ed25519KeyPair RELAY = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair CLIENT = Ed25519KeyPair.generate();
    private static final InetSocketAddress FROM = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    /** What the client does after its first bytes; its end follows. */
    private interface Conversation {
        void with(MemoryPair pair) throws IOException;
    }

    private static void serve(Conversation conversation) throws IOException {
        var ticks = new ManualTicks(Duration.ofSeconds(60));
        OffsetServer server = OffsetServer.builder(RELAY)
                .ticks(ticks)
                .settings(ChannelSettings.DEFAULT)
                .build();
        try (Splicer dataPath = Splicer.start(new Splicer.Options(1, 16 * 1_024))) {
            RelayServices services = RelayServices.singleNode(dataPath, Limits.DEFAULT, event -> {
                if (event instanceof RelayEvent.Fault fault) {
                    throw new AssertionError(fault.doing(), fault.cause());
                }
            });
            OffsetService service = server.open(services);
            MemoryPair pair = MemoryPair.create();
            var serving = Background.run(() -> {
                var leg = new Inbound(
                        pair.right(), FROM, Optional.of(FROM), ConnectionPermit.uncounted(), Duration.ofSeconds(10));
                try {
                    service.serve(leg);
                } catch (IOException e) {
                    leg.abort();
                }
            });
            try {
                conversation.with(pair);
            } catch (IOException e) {
                // It was cut off before it was through.
            }
            pair.left().abort();
            serving.result();
            assertThat(services.waitingRoom().size()).isZero();
            assertThat(services.admission().waiting()).isZero();
            assertThat(ticks.registered()).isZero();
        }
    }

    /** Bytes behind the first frame. */
    @FuzzTest(maxDuration = "1m")
    void bytesAfterTheVersion(byte[] bytes) throws IOException {
        serve(pair -> {
            pair.left().write(ByteBuffer.allocate(12).putLong(0, 4));
            pair.left().write(ByteBuffer.wrap(bytes.clone()));
            pair.left().shutdownOutput();
            ByteBuffer scrap = ByteBuffer.allocate(4_096);
            while (pair.left().read(scrap.clear()) >= 0) {
                // until the relay has had enough
            }
        });
    }

    /** Messages behind the handshake: each a byte of length and so many bytes, first of all what the client wants. */
    @FuzzTest(maxDuration = "1m")
    void messagesAfterTheHandshake(byte[] bytes) throws IOException {
        serve(pair -> {
            var frames = new FrameStream(pair.left(), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
            frames.send(Version.frame());
            Version.check(frames.receive().orElseThrow());
            RawChannel client = RawChannel.establish(frames, CLIENT);
            ByteBuffer left = ByteBuffer.wrap(bytes.clone());
            while (left.remaining() > 1) {
                int kind = left.get();
                int length = Math.min(left.get() & 0xff, left.remaining());
                ByteBuffer part = left.slice(left.position(), length);
                left.position(left.position() + length);
                switch (kind & 3) {
                    case 0 -> client.sendKept(part);
                    case 1 -> client.send(part, (kind & 4) == 0 ? Shape.NESTED : Shape.FLAT);
                    case 2 -> client.sendRecord(client.seal(part));
                    default -> client.sendRecord(part);
                }
            }
            frames.shutdownOutput();
            while (frames.receive().isPresent()) {
                // until the relay has had enough
            }
        });
    }
}
