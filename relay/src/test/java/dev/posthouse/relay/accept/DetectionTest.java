package dev.posthouse.relay.accept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of first bytes of docs/architecture.md. */
class DetectionTest {

    /** Begins with one of some byte strings, in which {@code ..} is any byte. */
    private record Magic(List<String> patterns) implements Detector {

        @Override
        public Claim claim(ByteBuffer first) {
            Claim best = Claim.NO;
            for (String pattern : patterns) {
                List<String> bytes = List.of(pattern.split(" "));
                int count = Math.min(bytes.size(), first.remaining());
                boolean fits = IntStream.range(0, count)
                        .allMatch(i -> bytes.get(i).equals("..")
                                || HexFormat.fromHexDigits(bytes.get(i)) == (first.get(first.position() + i) & 0xff));
                if (fits) {
                    best = count == bytes.size() ? Claim.yes(count) : Claim.needMore(bytes.size());
                }
            }
            return best;
        }

        @Override
        public List<byte[]> samples() {
            return patterns.stream()
                    .map(pattern ->
                            HexFormat.of().parseHex(pattern.replace("..", "00").replace(" ", "")))
                    .toList();
        }
    }

    private static Detection.Entry<String> entry(String name, String... patterns) {
        return new Detection.Entry<>(name, new Magic(List.of(patterns)), name);
    }

    /** Those of all five dialects, and what comes off before a dialect is asked. */
    private static List<Detection.Entry<String>> all() {
        return List.of(
                new Detection.Entry<>("http", HttpDetector.INSTANCE, "http"),
                entry("offset", "00 00 00 00 00 00 00 04", "00 00 00 04 00 00 00 00"),
                entry("libp2p", "13 2f"),
                entry("hyper", "20 00 00"),
                entry("comms", "50 00 20", "00 00 20", "03 00 40"),
                entry("tls", "16 03"),
                entry("proxy 2", "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a"));
    }

    private static Optional<String> whose(Detection<String> detection, byte[] bytes, int cut) {
        for (int seen = Math.max(1, cut); ; seen++) {
            Detection.Answer<String> answer = detection.look(ByteBuffer.wrap(bytes, 0, seen), seen < bytes.length);
            switch (answer) {
                case Detection.Answer.Whose<String> found -> {
                    return found.owner();
                }
                case Detection.Answer.More<String> more ->
                    assertThat(more.atLeast()).isGreaterThan(seen);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DIAL /token HTTP/1.1, http",
        "ACCEPT /token HTTP/1.1, http",
        "get / HTTP/1.1, http",
        "M-SEARCH * HTTP/1.1, http",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2, http",
        "P, http",
        "P/, http",
        "P0 , http",
    })
    void textIsHttp(String text, String owner) {
        assertWhose(text.getBytes(ISO_8859_1), Optional.of(owner));
    }

    @ParameterizedTest
    @CsvSource({
        "0d0a0d0a4449414c202f, http",
        "0d0a0d0a000d0a515549540a21, proxy 2",
        "160301020001, tls",
        "000000000000000400000000, offset",
        "000000040000000000000000, offset",
        "132f6d756c746973, libp2p",
        "200000aabb, hyper",
        "500020aa, comms",
        "000020aa, comms",
        "030040aa, comms",
    })
    void magicNumberIsItsOwners(String hex, String owner) {
        assertWhose(HexFormat.of().parseHex(hex), Optional.of(owner));
    }

    @ParameterizedTest
    @CsvSource({
        "ff",
        "00",
        "0000",
        "00000000",
        "0000000000000003",
        "13",
        "1330",
        "20",
        "200001",
        "0d0a",
        "0d0a0d0a01",
        "160203"
    })
    void whatNobodyKnowsIsNobodys(String hex) {
        assertWhose(HexFormat.of().parseHex(hex), Optional.empty());
    }

    private static void assertWhose(byte[] bytes, Optional<String> owner) {
        var random = new Random(5);
        for (int order = 0; order < 30; order++) {
            var shuffled = new ArrayList<>(all());
            Collections.shuffle(shuffled, random);
            var detection = new Detection<>(shuffled);
            for (int cut = 1; cut <= bytes.length; cut++) {
                assertThat(whose(detection, bytes, cut))
                        .as(
                                "%s, asked in the order %s, first read of %d",
                                HexFormat.of().formatHex(bytes), shuffled, cut)
                        .isEqualTo(owner);
            }
        }
    }

    @Test
    void theLongerClaimWins() {
        var detection = new Detection<>(List.of(entry("short", "41"), entry("long", "41 42 43")));
        assertThat(whose(detection, "ABCD".getBytes(ISO_8859_1), 1)).contains("long");
        assertThat(whose(detection, "ABD".getBytes(ISO_8859_1), 1)).contains("short");
        assertThat(whose(detection, "AB".getBytes(ISO_8859_1), 1))
                .as("nothing more comes")
                .contains("short");
    }

    @Test
    void equalClaimsAndDetectorsThatDoNotKnowTheirOwnFailAtTheStart() {
        assertThatThrownBy(() -> new Detection<>(List.of(entry("one", "01 ..", "05"), entry("two", "01 00"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("one and two both claim connections that begin with 01 00");
        Detector forgetful = new Detector() {
            @Override
            public Claim claim(ByteBuffer first) {
                return Claim.NO;
            }

            @Override
            public List<byte[]> samples() {
                return List.of(new byte[] {7});
            }
        };
        assertThatThrownBy(() -> new Detection<>(List.of(new Detection.Entry<>("it", forgetful, "it"))))
                .hasMessage("it does not know its own first bytes 07");
    }

    /** Two that agree on all samples can still meet on other bytes: then nobody has it, whatever the order. */
    @Test
    void claimsThatAreEqualByAccidentAreNobodys() {
        var one = entry("one", "01 ..");
        var two = entry("two", ".. 02");
        for (var order : List.of(List.of(one, two), List.of(two, one))) {
            assertThat(whose(new Detection<>(order), new byte[] {1, 2}, 1)).isEmpty();
        }
    }
}
