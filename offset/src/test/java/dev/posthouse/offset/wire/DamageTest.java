package dev.posthouse.offset.wire;

import static dev.posthouse.offset.wire.Bytes.data;
import static dev.posthouse.offset.wire.Bytes.far;
import static dev.posthouse.offset.wire.Bytes.message;
import static dev.posthouse.offset.wire.Bytes.struct;
import static dev.posthouse.offset.wire.Bytes.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ProtocolViolation;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is unusual and allowed is read; what is damaged is refused in words. */
class DamageTest {

    private static final Octets ZERO_KEY = Octets.of(new byte[32]);

    @Test
    void aMissingKeyIsZero() throws Exception {
        assertThat(IncomingConnection.decode(message(struct(0, 0, 1), 0))).isEqualTo(new IncomingConnection(ZERO_KEY));
        assertThat(IncomingConnection.decode(message(struct(0, 0, 1), struct(0, 0, 1), 0)))
                .isEqualTo(new IncomingConnection(ZERO_KEY));
        assertThat(IncomingConnection.decode(message(0L))).isEqualTo(new IncomingConnection(ZERO_KEY));
        assertThat(InitConnection.decode(message(struct(0, 1, 0), 2))).isEqualTo(new InitConnection.Connect(ZERO_KEY));
    }

    @Test
    void aMissingContentIsARekeyOfZeros() throws Exception {
        assertThat(ChannelMessage.decode(message(0L), 0).content())
                .isEqualTo(new ChannelMessage.Content.Rekey(ZERO_KEY, ZERO_KEY));
    }

    @Test
    void aMissingPayloadIsEmpty() throws Exception {
        assertThat(KaMessage.decode(message(struct(0, 1, 1), 1, 0), 0)).contains(ByteBuffer.allocate(0));
    }

    @Test
    void whatANewerSchemaAddsIsIgnored() throws Exception {
        assertThat(KaMessage.decode(
                        message(struct(0, 3, 3), 0xaaaa_0000_0000_0001L, -1, -1, data(2, 3), -1, -1, 0x03_02_01), 3))
                .contains(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(IncomingConnection.decode(
                        message(struct(0, 1, 2), -1, struct(1, 1, 2), -1, -1, struct(1, 5, 1), -1, 1, 2, 3, 4, 5, -1)))
                .extracting(message -> message.publicKey().group(3))
                .isEqualTo(4L);
    }

    @Test
    void farPointersAreFollowed() throws Exception {
        byte[] root = words(far(2, 1, false));
        byte[] bytes = words(0x03_02_01);
        byte[] rest = words(-1, struct(0, 1, 1), 1, far(3, 0, true));
        byte[] pads = words(far(1, 0, false), data(0, 3));
        assertThat(KaMessage.decode(message(root, bytes, rest, pads), 3))
                .contains(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void runsMayCrossTheBorderOfTheTableAndTheEnd() throws Exception {
        // three segments, the last two empty: the zeros of the table go on into the first one
        assertThat(IncomingConnection.decode(Bytes.hex("11 02 05" + "00 05")))
                .isEqualTo(new IncomingConnection(ZERO_KEY));
        // the last word starts a raw run that goes on behind the message
        assertThat(KaMessage.decode(
                        Bytes.hex("10 04" + "50 01 01" + "01 01" + "11 01 42" + "ff 01 02 03 04 05 06 07 08 ff"), 8))
                .contains(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
    }

    static Stream<Arguments> damaged() {
        long maximal = 0x1fff_ffff;
        return Stream.of(
                Arguments.of("nothing", ByteBuffer.allocate(0)),
                Arguments.of("no segment", Bytes.hex("0f ff ff ff ff")),
                Arguments.of("512 segments", Bytes.hex("03 ff 01" + "00 ff")),
                Arguments.of("an empty segment", Bytes.hex("00 00")),
                Arguments.of("2^32 - 1 words", Bytes.hex("f0 ff ff ff ff")),
                Arguments.of("an unknown variant", message(struct(0, 1, 1), 7, 0)),
                Arguments.of("the root is bytes", message(data(0, 8), 0)),
                Arguments.of("the root is far away in no segment", message(far(5, 0, false))),
                Arguments.of("the root is in a segment of no such number", message(far(-5, 0, false))),
                Arguments.of("the landing pad is behind the end", message(far(0, 77, false))),
                Arguments.of("the landing pad is itself", message(far(0, 0, false))),
                Arguments.of("both landing pads are itself", message(far(0, 0, true), far(0, 0, true))),
                Arguments.of("a capability", message(3L)),
                Arguments.of("the root is longer than the message", message(struct(0, 9, 1), 1)),
                Arguments.of("the root is before the message", message(struct(-9, 1, 1), 1)),
                Arguments.of("the root is far behind", message(struct(0x1fff_fff0, 1, 1), 1)),
                Arguments.of("the payload is a struct", message(struct(0, 1, 1), 1, struct(0, 1, 0), 1)),
                Arguments.of(
                        "the payload is a list of words", message(struct(0, 1, 1), 1, 1 | (5L << 32) | (1L << 35), 1)),
                Arguments.of("the payload is longer than the message", message(struct(0, 1, 1), 1, data(0, 9), 1)),
                Arguments.of(
                        "the payload is of the longest", message(struct(0, 1, 1), 1, data(0, 0) | (maximal << 35), 1)),
                Arguments.of("the payload is before the message", message(struct(0, 1, 1), 1, data(-9, 8), 1)),
                Arguments.of("the payload is behind the message", message(struct(0, 1, 1), 1, data(9, 8), 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damaged")
    void isRefused(String name, ByteBuffer packed) {
        assertThatThrownBy(() -> KaMessage.decode(packed, 1 << 20))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageStartingWith("KaMessage");
    }

    @Test
    void aPointerToItselfEndsSomewhere() {
        // a key's struct that is its own inner struct, and a root that is its own key
        assertThatThrownBy(() -> ChannelMessage.decode(message(struct(-1, 0, 2), struct(-1, 0, 2)), 0))
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void sayWhatIsWrong() {
        assertThatThrownBy(() -> InitConnection.decode(message(struct(0, 1, 1), 3, 0)))
                .hasMessage("InitConnection: there is no variant 3");
        assertThatThrownBy(() -> ExchangeDh.decode(ByteBuffer.allocate(0)))
                .hasMessage("ExchangeDh ends before it is whole");
        assertThatThrownBy(() -> ExchangeDh.decode(Bytes.hex("03 ff 01")))
                .hasMessage("ExchangeDh: at most 511 segments are allowed, not 512");
        assertThatThrownBy(() -> ExchangeDh.decode(Bytes.hex("10 02 00 00")))
                .hasMessage("ExchangeDh ends before it is whole");
        assertThatThrownBy(() -> ExchangeDh.decode(Bytes.hex("30 02 05 00 ff 00 ff")))
                .hasMessage("ExchangeDh: at most 8192 bytes are allowed, not 10256");
        assertThatThrownBy(() -> KaMessage.decode(Bytes.hex("30 02 05 00 00"), 1 << 20))
                .hasMessage("KaMessage: 10256 bytes are announced, which 5 packed ones cannot hold");
        assertThatThrownBy(() -> KaMessage.decode(KaMessage.message(ByteBuffer.allocate(5)), 4))
                .hasMessage("KaMessage: at most 4 bytes of payload are allowed, not 5");
    }

    @Test
    void theLongestPayloadFitsWithTheLongestPadding() throws Exception {
        ByteBuffer longest = ByteBuffer.wrap(Bytes.pattern(100_000, 5, 1));
        ByteBuffer padding = ByteBuffer.wrap(Bytes.pattern(ChannelMessage.MAX_PADDING, 7, 3));
        for (ChannelMessage.Shape shape : ChannelMessage.Shape.values()) {
            var message = new ChannelMessage.Content.User(longest);
            assertThat(ChannelMessage.decode(ChannelMessage.encode(message, padding, shape), 100_000))
                    .isEqualTo(new ChannelMessage.Decoded(message, padding.remaining(), shape));
        }
        assertThatThrownBy(() -> ChannelMessage.decode(
                        ChannelMessage.encode(
                                new ChannelMessage.Content.User(longest), padding, ChannelMessage.Shape.NESTED),
                        99_999))
                .hasMessage("ChannelMessage: at most 99999 bytes of payload are allowed, not 100000");
    }
}
