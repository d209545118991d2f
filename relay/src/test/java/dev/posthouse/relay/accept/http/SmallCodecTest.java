package dev.posthouse.relay.accept.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.MessageStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.budget.Holding;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The codec that the tests of the layer drive, by the examples of RFC 6455 section 5.7. */
class SmallCodecTest {

    private final MemoryPair pair = MemoryPair.create(Link.DEFAULT.withBufferSize(1 << 20));
    private final MessageStream server = new SmallCodec().messages(pair.right(), 70_000, Holding.uncounted());

    private void come(String hex) throws IOException {
        pair.left().write(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    private static String text(ByteBuffer bytes) {
        return US_ASCII.decode(bytes).toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "81 85 37 fa 21 3d 7f 9f 4d 51 58",
                "02 83 00 00 00 00 48 65 6c  80 82 00 00 00 00 6c 6f",
                "02 83 00 00 00 00 48 65 6c  89 81 00 00 00 00 21  8a 80 00 00 00 00  80 82 00 00 00 00 6c 6f"
            })
    void messagesComeWholeHoweverTheyAreCut(String hex) throws IOException {
        come(hex);
        assertThat(server.receive()).map(SmallCodecTest::text).contains("Hello");
        if (hex.contains("89 81")) {
            assertThat(HexFormat.of().formatHex(answer(3))).isEqualTo("8a0121");
        }
    }

    private byte[] answer(int count) throws IOException {
        byte[] bytes = new byte[count];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining() && pair.left().read(into) >= 0) {
            // until all of it is there
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"0, 8200", "125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000"})
    void lengthsAreWrittenInTheirThreeForms(int length, String head) throws IOException {
        server.send(ByteBuffer.allocate(length));
        assertThat(HexFormat.of().formatHex(answer(head.length() / 2))).isEqualTo(head);
        pair.left().readTimeout(Duration.ofSeconds(20));
        assertThat(answer(length)).hasSize(length);
        MessageStream client = SmallCodec.client(pair.left(), 70_000);
        client.send(ByteBuffer.allocate(length));
        assertThat(server.receive().orElseThrow().remaining()).isEqualTo(length);
    }

    @Test
    void closingIsAnsweredAndEndsBothDirections() throws IOException {
        come("88 82 00 00 00 00 03 e8");
        assertThat(server.receive()).isEmpty();
        assertThat(HexFormat.of().formatHex(answer(4))).isEqualTo("880203e8");
        assertThatThrownBy(() -> server.send(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "82 01 00",
                "c2 81 00 00 00 00 00",
                "80 80 00 00 00 00",
                "02 80 00 00 00 00 82 80 00 00 00 00",
                "83 80 00 00 00 00",
                "09 80 00 00 00 00",
                "89 fe 00 7e",
                "82 ff 00 00 00 00 00 01 11 71 00 00 00 00",
                "82 ff ff ff ff ff ff ff ff ff 00 00 00 00",
            })
    void whatIsNoFrameOrTooLongIsAViolation(String hex) throws IOException {
        come(hex);
        assertThatThrownBy(server::receive).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void bytesRunOnAcrossMessages() throws IOException {
        ByteStream bytes = new SmallCodec().bytes(pair.right());
        MessageStream client = SmallCodec.client(pair.left(), 70_000);
        client.send(ByteBuffer.wrap("ab".getBytes(US_ASCII)));
        client.send(ByteBuffer.allocate(0));
        client.send(ByteBuffer.wrap("c".getBytes(US_ASCII)));
        client.shutdownOutput();
        ByteBuffer all = ByteBuffer.allocate(10);
        while (bytes.read(all) >= 0) {
            // to the end
        }
        assertThat(text(all.flip())).isEqualTo("abc");
    }
}
