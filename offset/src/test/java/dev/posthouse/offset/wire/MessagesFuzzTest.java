package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any bytes are a message or a declared refusal, for every reader, and what was read reads equal once written. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class MessagesFuzzTest {

    private static final int LONGEST = 100_000;

    private interface Reader<T> {
        T decode(ByteBuffer packed) throws ProtocolViolation;
    }

    @FuzzTest(maxDuration = "2m")
    void packed(byte[] bytes) throws ProtocolViolation {
        assertEveryReader(bytes);
    }

    /**
     * The first byte says into how many segments the rest is cut, and the second where: so the fuzzer meets pointers, and not
     * only tags of the packing.
     */
    @FuzzTest(maxDuration = "2m")
    void words(byte[] bytes) throws ProtocolViolation {
        if (bytes.length < 2) {
            return;
        }
        int words = (bytes.length - 2) / Long.BYTES;
        int count = 1 + (bytes[0] & 3);
        byte[][] segments = new byte[count][];
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = i == count - 1 ? words : Math.min(words, from + (bytes[1] & 0xff));
            segments[i] = Arrays.copyOfRange(bytes, 2 + from * Long.BYTES, 2 + to * Long.BYTES);
            from = to;
        }
        assertEveryReader(Bytes.array(Bytes.message(segments)));
    }

    private static void assertEveryReader(byte[] bytes) throws ProtocolViolation {
        Optional<InitConnection> init = read(bytes, InitConnection::decode);
        if (init.isPresent()) {
            assertThat(InitConnection.decode(init.get().encode())).isEqualTo(init.get());
        }
        Optional<IncomingConnection> incoming = read(bytes, IncomingConnection::decode);
        if (incoming.isPresent()) {
            assertThat(IncomingConnection.decode(incoming.get().encode())).isEqualTo(incoming.get());
            assertThat(read(bytes, RejectConnection::decode))
                    .contains(new RejectConnection(incoming.get().publicKey()));
        }
        Optional<ExchangeRandNonce> nonce = read(bytes, ExchangeRandNonce::decode);
        if (nonce.isPresent()) {
            assertThat(ExchangeRandNonce.decode(nonce.get().encode())).isEqualTo(nonce.get());
        }
        Optional<ExchangeDh> dh = read(bytes, ExchangeDh::decode);
        if (dh.isPresent()) {
            assertThat(ExchangeDh.decode(dh.get().encode())).isEqualTo(dh.get());
        }
        Optional<Optional<ByteBuffer>> keepAlive = read(bytes, packed -> KaMessage.decode(packed, LONGEST));
        if (keepAlive.isPresent()) {
            Optional<ByteBuffer> payload = keepAlive.get();
            assertThat(payload.map(ByteBuffer::remaining).orElse(0)).isLessThanOrEqualTo(LONGEST);
            ByteBuffer again = payload.map(KaMessage::message).orElseGet(KaMessage::keepAlive);
            assertThat(KaMessage.decode(again, LONGEST)).isEqualTo(payload);
        }
        Optional<ChannelMessage.Decoded> channel = read(bytes, packed -> ChannelMessage.decode(packed, LONGEST));
        if (channel.isPresent()) {
            ChannelMessage.Decoded message = channel.get();
            assertThat(message.padding()).isBetween(0, LONGEST + ChannelMessage.MAX_PADDING + Message.STRUCTURE);
            ByteBuffer again =
                    ChannelMessage.encode(message.content(), ByteBuffer.allocate(message.padding()), message.shape());
            assertThat(ChannelMessage.decode(again, LONGEST + ChannelMessage.MAX_PADDING))
                    .isEqualTo(message);
        }
    }

    private static <T> Optional<T> read(byte[] bytes, Reader<T> reader) {
        ByteBuffer packed = ByteBuffer.wrap(bytes);
        byte[] before = bytes.clone();
        try {
            return Optional.of(reader.decode(packed));
        } catch (ProtocolViolation e) {
            assertThat(e.getMessage()).matches("(?s)[A-Z]\\w+(:| is damaged:| ends before).*");
            return Optional.empty();
        } finally {
            assertThat(packed.position()).isZero();
            assertThat(bytes).isEqualTo(before);
        }
    }
}
