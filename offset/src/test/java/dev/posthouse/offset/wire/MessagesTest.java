package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.offset.Vectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message of the vectors, read and written. */
class MessagesTest {

    private static final int LONGEST = 1 << 20;

    /** A message to be sent and the form of it that a decoder must give. */
    private interface Decoder {
        Object decode(ByteBuffer packed) throws ProtocolViolation;
    }

    record Case(String name, String kind, JsonObject object) {
        @Override
        public String toString() {
            return name;
        }

        JsonObject fields() {
            return object.getAsJsonObject("fields");
        }

        byte[] packed() {
            return Vectors.bytes(object, "packed");
        }

        byte[] unpacked() {
            return Vectors.bytes(object, "unpacked");
        }

        Octets octets(String field) {
            return Octets.of(Vectors.bytes(fields(), field));
        }

        ByteBuffer data(String field) {
            return ByteBuffer.wrap(Vectors.bytes(fields(), field));
        }
    }

    static Stream<Case> cases() {
        return Vectors.cases("messages.json")
                .filter(one -> !one.get("kind").getAsString().equals("relayaddr")) // never on the wire of a relay
                .map(one ->
                        new Case(one.get("name").getAsString(), one.get("kind").getAsString(), one));
    }

    private static Decoder decoder(Case one) {
        return switch (one.kind()) {
            case "listen", "accept", "connect" -> InitConnection::decode;
            case "reject" -> RejectConnection::decode;
            case "incoming" -> IncomingConnection::decode;
            case "keepalive", "kamsg" -> packed -> KaMessage.decode(packed, LONGEST);
            case "ern", "ernold" -> ExchangeRandNonce::decode;
            case "edh" -> ExchangeDh::decode;
            case "cmuser", "cmrekey" -> packed -> ChannelMessage.decode(packed, LONGEST);
            default -> throw new AssertionError("a kind that this test does not know: " + one.kind());
        };
    }

    private static Object expected(Case one) {
        return switch (one.kind()) {
            case "listen" -> new InitConnection.Listen();
            case "accept" -> new InitConnection.Accept(one.octets("publicKey"));
            case "connect" -> new InitConnection.Connect(one.octets("publicKey"));
            case "reject" -> new RejectConnection(one.octets("publicKey"));
            case "incoming" -> new IncomingConnection(one.octets("publicKey"));
            case "keepalive" -> Optional.empty();
            case "kamsg" -> Optional.of(one.data("message"));
            case "ern" ->
                new ExchangeRandNonce(
                        one.octets("randNonce"),
                        one.octets("srcPublicKey"),
                        one.fields().has("optDestPublicKey")
                                ? Optional.of(one.octets("optDestPublicKey"))
                                : Optional.empty());
            case "ernold" -> new ExchangeRandNonce(one.octets("randNonce"), one.octets("publicKey"), Optional.empty());
            case "edh" ->
                new ExchangeDh(
                        one.octets("dhPublicKey"),
                        one.octets("randNonce"),
                        one.octets("keySalt"),
                        one.octets("signature"));
            case "cmuser", "cmrekey" ->
                new ChannelMessage.Decoded(
                        content(one), one.data("randPadding").remaining(), ChannelMessage.Shape.NESTED);
            default -> throw new AssertionError(one.kind());
        };
    }

    private static ChannelMessage.Content content(Case one) {
        return one.kind().equals("cmuser")
                ? new ChannelMessage.Content.User(one.data("user"))
                : new ChannelMessage.Content.Rekey(one.octets("dhPublicKey"), one.octets("keySalt"));
    }

    private static ByteBuffer encoded(Case one) {
        return switch (expected(one)) {
            case InitConnection message -> message.encode();
            case RejectConnection message -> message.encode();
            case IncomingConnection message -> message.encode();
            case ExchangeRandNonce message -> message.encode();
            case ExchangeDh message -> message.encode();
            case Optional<?> message when message.isEmpty() -> KaMessage.keepAlive();
            case Optional<?> _ -> KaMessage.message(one.data("message"));
            case ChannelMessage.Decoded(var content, int _, var shape) ->
                ChannelMessage.encode(content, one.data("randPadding"), shape);
            default -> throw new AssertionError(one.kind());
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadFromThePackedBytes(Case one) throws Exception {
        assertThat(decoder(one).decode(ByteBuffer.wrap(one.packed()))).isEqualTo(expected(one));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadFromTheWordsAsWePackThem(Case one) throws Exception {
        byte[] words = Arrays.copyOfRange(one.unpacked(), Long.BYTES, one.unpacked().length);
        ByteBuffer packed = Bytes.message(words);
        assertThat(HexFormat.of().formatHex(Bytes.array(packed)))
                .isEqualTo(HexFormat.of().formatHex(one.packed()));
        assertThat(decoder(one).decode(packed)).isEqualTo(expected(one));
    }

    /** Packing is not canonical, but ours is the original's, so that the bytes can be compared. */
    @ParameterizedTest
    @MethodSource("cases")
    void isWrittenAsTheOriginalWritesIt(Case one) {
        if (one.kind().equals("ernold")) {
            return; // that shape is only read
        }
        assertThat(HexFormat.of().formatHex(Bytes.array(encoded(one))))
                .isEqualTo(HexFormat.of().formatHex(one.packed()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadFromAnyKindOfBufferAndLeavesItAsItWas(Case one) throws Exception {
        ByteBuffer direct = ByteBuffer.allocateDirect(one.packed().length + 8);
        direct.position(3).put(one.packed()).flip().position(3);
        ByteBuffer readOnly = ByteBuffer.wrap(one.packed()).asReadOnlyBuffer();

        assertThat(decoder(one).decode(direct)).isEqualTo(expected(one));
        assertThat(decoder(one).decode(readOnly)).isEqualTo(expected(one));
        assertThat(direct.position()).isEqualTo(3);
        assertThat(direct.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(readOnly.position()).isZero();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ignoresWhatIsBehindIt(Case one) throws Exception {
        byte[] more = Arrays.copyOf(one.packed(), one.packed().length + 5);
        Arrays.fill(more, one.packed().length, more.length, (byte) 0xff);
        assertThat(decoder(one).decode(ByteBuffer.wrap(more))).isEqualTo(expected(one));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedIfItEndsAnywhereBefore(Case one) {
        for (int length = 0; length < one.packed().length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(one.packed(), 0, length);
            assertThatThrownBy(() -> decoder(one).decode(cut))
                    .as("the first %d of %d bytes", length, one.packed().length)
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageMatching("\\w+(:? .*)");
        }
    }

    @ParameterizedTest
    @MethodSource("multiSegmentCases")
    void isReadFromTheSegmentsOfTheOriginal(JsonObject one) throws Exception {
        byte[] padding = Bytes.pattern(one.get("padding").getAsInt(), 7, 3);
        byte[] user = Bytes.pattern(one.get("user").getAsInt(), 11, 1);
        byte[][] segments = OriginalWriter.user(padding, user);
        ByteBuffer packed = Bytes.message(segments);

        assertThat(Arrays.stream(segments)
                        .mapToInt(segment -> segment.length / Long.BYTES)
                        .toArray())
                .containsExactly(one.getAsJsonArray("segments").asList().stream()
                        .mapToInt(size -> size.getAsInt())
                        .toArray());
        assertThat(packed.remaining()).isEqualTo(one.get("packedLength").getAsInt());
        assertThat(MessageDigest.getInstance("SHA-512/256").digest(Bytes.array(packed)))
                .isEqualTo(Vectors.bytes(one, "packedSha512_256"));
        if (one.has("packed")) {
            assertThat(Bytes.array(packed)).isEqualTo(Vectors.bytes(one, "packed"));
        }
        ChannelMessage.Decoded expected = new ChannelMessage.Decoded(
                new ChannelMessage.Content.User(ByteBuffer.wrap(user)), padding.length, ChannelMessage.Shape.NESTED);
        assertThat(ChannelMessage.decode(packed, user.length)).isEqualTo(expected);
        assertThat(ChannelMessage.decode(
                        ChannelMessage.encode(
                                expected.content(), ByteBuffer.wrap(padding), ChannelMessage.Shape.NESTED),
                        user.length))
                .isEqualTo(expected);
    }

    static Stream<JsonObject> multiSegmentCases() {
        return Vectors.cases("multi_segment.json");
    }

    @Test
    void theOldestShapeIsWrittenAndRead() throws Exception {
        ByteBuffer user = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ByteBuffer padding = ByteBuffer.wrap(new byte[] {9});
        ByteBuffer packed =
                ChannelMessage.encode(new ChannelMessage.Content.User(user), padding, ChannelMessage.Shape.FLAT);

        assertThat(packed)
                .isEqualTo(Bytes.message(Bytes.struct(0, 1, 2), 1, Bytes.data(1, 1), Bytes.data(1, 3), 9, 0x03_02_01));
        assertThat(ChannelMessage.decode(packed, 3))
                .isEqualTo(new ChannelMessage.Decoded(
                        new ChannelMessage.Content.User(user), 1, ChannelMessage.Shape.FLAT));

        var rekey = new ChannelMessage.Content.Rekey(Bytes.octets(32, 1), Bytes.octets(32, 100));
        assertThat(ChannelMessage.decode(
                        ChannelMessage.encode(rekey, ByteBuffer.allocate(0), ChannelMessage.Shape.FLAT), 0))
                .isEqualTo(new ChannelMessage.Decoded(rekey, 0, ChannelMessage.Shape.FLAT));
    }

    @Test
    void signsKeyNonceAndSalt() {
        var message =
                new ExchangeDh(Bytes.octets(32, 1), Bytes.octets(16, 33), Bytes.octets(32, 49), Bytes.octets(64, 0));
        assertThat(message.signedBytes()).isEqualTo(Bytes.pattern(80, 1, 1));
    }

    @Test
    void payloadsAreWrittenFromAnyKindOfBufferAndStayWhereTheyAre() throws Exception {
        ByteBuffer direct = ByteBuffer.allocateDirect(40);
        direct.put(Bytes.pattern(40, 3, 1)).flip().position(7);
        ByteBuffer expected = ByteBuffer.wrap(Bytes.pattern(40, 3, 1), 7, 33);

        assertThat(KaMessage.decode(KaMessage.message(direct), 33)).contains(expected);
        assertThat(KaMessage.decode(KaMessage.message(direct.asReadOnlyBuffer()), 33))
                .contains(expected);
        assertThat(direct.position()).isEqualTo(7);
    }

    @Test
    void nobodyElseHasTheBytesOfAPayload() throws Exception {
        byte[] packed = Bytes.array(KaMessage.message(ByteBuffer.wrap(new byte[] {1, 2, 3})));
        ByteBuffer payload = KaMessage.decode(ByteBuffer.wrap(packed), 3).orElseThrow();
        Arrays.fill(packed, (byte) 0);
        assertThat(payload).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(payload.isReadOnly()).isFalse();
        payload.put(0, (byte) 7);
        assertThat(payload.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void aPartOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> new IncomingConnection(Bytes.octets(31, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("publicKey has 32 bytes, not 31");
        assertThatThrownBy(() -> ExchangeDh.signedBytes(Bytes.octets(32, 0), Bytes.octets(15, 0), Bytes.octets(32, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("randNonce has 16 bytes, not 15");
    }

    @Test
    void octetsKeepTheirBytesToThemselves() {
        byte[] bytes = {1, 2, 3};
        Octets octets = Octets.of(bytes);
        bytes[0] = 9;
        octets.bytes()[1] = 9;
        assertThat(octets.bytes()).isEqualTo(new byte[] {1, 2, 3});
        assertThat(octets).isEqualTo(Octets.of(new byte[] {1, 2, 3})).isNotEqualTo(Octets.of(new byte[] {1, 2, 4}));
        assertThat(octets).hasSameHashCodeAs(Octets.of(new byte[] {1, 2, 3})).hasToString("3 bytes");
    }
}
