package dev.posthouse.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTextTest {

    @ParameterizedTest
    @CsvSource({
        "0x0, true",
        "0x7, true",
        "0x1b, true",
        "0x7f, true",
        "0x85, true",
        "0x9b, true",
        "0xad, true",
        "0x61c, true",
        "0x200b, true",
        "0x200e, true",
        "0x202e, true",
        "0x2028, true",
        "0x2029, true",
        "0x2066, true",
        "0xd800, true",
        "0xdfff, true",
        "0xfeff, true",
        "0xe0001, true",
        "0x20, false",
        "0x7e, false",
        "0xe4, false",
        "0x4e2d, false",
        "0x1f600, false"
    })
    void whatAReaderWouldNotSeeIsHidden(String codePoint, boolean hidden) {
        assertThat(ShownText.isHidden(Integer.decode(codePoint))).isEqualTo(hidden);
    }

    @Test
    void aLineIsOneLine() {
        assertThat(ShownText.line("a\r\nb\tc\u0085d\u2028e\u001b[31mf\u202eg\ud800h\ud83d\ude00"))
                .isEqualTo("a  b c\\u0085d\\u2028e\\u001b[31mf\\u202eg\\ud800h\ud83d\ude00");
    }

    @Test
    void linesButTheFirstAreIndented() {
        assertThat(ShownText.lines("a\nposthouse: forged\n\tat x\u001b\n"))
                .isEqualTo("a\n\tposthouse: forged\n\tat x\\u001b\n");
    }

    @Test
    void nothingHiddenIsLeftOfAnyText() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String text = random.ints(20, 0, 4)
                    .map(kind -> switch (kind) {
                        case 0 -> random.nextInt(0x100);
                        case 1 -> 0x2000 + random.nextInt(0x80);
                        case 2 -> 0xd800 + random.nextInt(0x800);
                        default -> random.nextInt(0x110000);
                    })
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();

            assertThat(ShownText.line(text).codePoints()).as("seed %d", seed).noneMatch(ShownText::isHidden);
            assertThat(ShownText.lines(text).lines().skip(1))
                    .as("seed %d", seed)
                    .allMatch(line -> line.startsWith("\t"));
        }
    }
}
