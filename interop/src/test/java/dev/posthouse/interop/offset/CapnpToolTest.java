package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.Octets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every message of ours against the {@code capnp} tool and a schema: it reads what we write, and we read what it writes
 * in every form that it can be told. Contents are random and follow from a seed.
 */
@LiveOffset
class CapnpToolTest {

    private static final int EACH = 12;

    @ParameterizedTest
    @EnumSource(WireKind.class)
    void theToolReadsWhatWeWrite(WireKind kind) throws Exception {
        List<WireKind.Sample> samples = kind.samples(EACH);
        byte[] shown = CapnpTool.convert(
                CapnpTool.joined(samples.stream()
                        .map(sample -> CapnpTool.bytes(sample.ours()))
                        .toList()),
                "packed:json",
                kind);
        assertThat(CapnpTool.json(shown))
                .isEqualTo(samples.stream().map(WireKind.Sample::shown).toList());
    }

    /** What our own tell each other stands where the schema has nothing (spec 6.2). */
    @Test
    void theToolReadsAHandshakeOfOursWithExtensions() throws Exception {
        var random = new Random(77);
        Octets nonce = WireKind.octets(random, 16);
        Octets source = WireKind.octets(random, 32);
        byte[] ours = CapnpTool.bytes(new ExchangeRandNonce(nonce, source, Optional.empty(), 0xffff).encode());
        byte[] plain = CapnpTool.bytes(new ExchangeRandNonce(nonce, source, Optional.empty(), 0).encode());
        assertThat(ours).isNotEqualTo(plain);
        assertThat(CapnpTool.json(CapnpTool.convert(ours, "packed:json", WireKind.RAND_NONCE)))
                .isEqualTo(CapnpTool.json(CapnpTool.convert(plain, "packed:json", WireKind.RAND_NONCE)));
    }

    /** How the tool writes: sizes of segments in words, 0 for one segment. */
    static Stream<Arguments> forms() {
        return Stream.of(WireKind.values())
                .flatMap(kind -> Stream.of(0, 1, 2, 3, 5, 8, 64, 1_024).map(words -> Arguments.of(kind, words)));
    }

    @ParameterizedTest(name = "{0}, segments of {1} words")
    @MethodSource("forms")
    void weReadWhatTheToolWrites(WireKind kind, int words) throws Exception {
        List<WireKind.Sample> samples = kind.samples(EACH);
        byte[] lines = samples.stream()
                .map(sample -> sample.shown().toString())
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
        List<byte[]> messages = CapnpTool.split(
                words == 0
                        ? CapnpTool.convert(lines, "json:binary", kind)
                        : CapnpTool.convert(lines, "json:binary", kind, "--segment-size=" + words));
        assertThat(messages).hasSize(EACH);
        for (int i = 0; i < EACH; i++) {
            byte[] packed = CapnpTool.run(messages.get(i), "convert", "--quiet", "binary:packed");
            assertRead(kind, samples.get(i), packed);
        }
        if (words > 0 && words < 8 && samples.getFirst().ours().remaining() > 100) {
            assertThat(ByteBuffer.wrap(messages.getFirst())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getInt())
                    .as("segments but one")
                    .isPositive();
        }
    }

    /**
     * Canonical messages have no table: theirs is the one of a single segment. The form drops zeros at the end of a struct, and
     * with them what tells the old form's rekey from the new one's; nobody sends it so.
     */
    @ParameterizedTest
    @EnumSource(value = WireKind.class, mode = EnumSource.Mode.EXCLUDE, names = "REKEY_FLAT")
    void weReadTheCanonicalForm(WireKind kind) throws Exception {
        for (WireKind.Sample sample : kind.samples(EACH)) {
            byte[] canonical = CapnpTool.convert(CapnpTool.bytes(sample.ours()), "packed:canonical", kind);
            byte[] framed = ByteBuffer.allocate(8 + canonical.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(0)
                    .putInt(canonical.length / 8)
                    .put(canonical)
                    .array();
            assertRead(kind, sample, CapnpTool.run(framed, "convert", "--quiet", "binary:packed"));
        }
    }

    private static void assertRead(WireKind kind, WireKind.Sample sample, byte[] packed) throws Exception {
        ByteBuffer again = kind.rewrite(ByteBuffer.wrap(packed));
        assertThat(again.remaining()).isPositive();
        if (kind.type().startsWith("ChannelMessage")) {
            // The padding is not kept: compare what is, and how much there was of it.
            int padding = sample.shown().getAsJsonArray("randPadding").size();
            assertThat(ChannelMessage.decode(ByteBuffer.wrap(packed), WireKind.LONGEST)
                            .padding())
                    .isEqualTo(padding);
            assertThat(ChannelMessage.decode(ByteBuffer.wrap(packed), WireKind.LONGEST)
                            .content())
                    .isEqualTo(ChannelMessage.decode(sample.ours(), WireKind.LONGEST)
                            .content());
            return;
        }
        assertThat(again).isEqualTo(sample.ours());
    }
}
