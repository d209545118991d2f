package dev.posthouse.relay.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NameTagTest {

    /** Enough that one tag of six characters which is the same by chance changes nothing. */
    private static final List<String> WORDS =
            IntStream.range(0, 64).mapToObj(i -> "secret" + i).toList();

    /** Prints the tags of its arguments, a line each. */
    static final class Tags {
        private Tags() {}

        public static void main(String[] names) {
            for (String name : names) {
                System.out.println(NameTag.of(name));
            }
        }
    }

    private static List<String> tags() {
        return WORDS.stream().map(word -> NameTag.of(word).text()).toList();
    }

    private static List<String> tagsOfAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Tags.class.getName()),
                                WORDS.stream())
                        .toList())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().toList();
        }
    }

    @Test
    void aNameHasOneTagAndAnotherNameAnother() {
        assertThat(tags()).isEqualTo(tags());
        assertThat(Set.copyOf(tags())).hasSizeGreaterThan(WORDS.size() / 2);
        assertThat(tags()).allMatch(tag -> tag.matches("[0-9a-f]{6}"));
    }

    /** Whoever has a log and a dictionary hashes the words, and looks for the tags among what comes out. */
    @Test
    void aDictionaryDoesNotFindTheNameOfATag() throws Exception {
        MessageDigest plain = MessageDigest.getInstance("SHA-256");
        Set<String> ofTheDictionary = WORDS.stream()
                .map(word -> HexFormat.of().formatHex(plain.digest(word.getBytes(StandardCharsets.UTF_8)), 0, 3))
                .collect(Collectors.toSet());

        assertThat(tags()).filteredOn(ofTheDictionary::contains).hasSizeLessThan(4);
    }

    @Test
    void anotherProcessHasOtherTags() throws Exception {
        List<String> here = tags();
        List<String> there = tagsOfAnotherProcess();

        assertThat(there).hasSameSizeAs(here).allMatch(tag -> tag.matches("[0-9a-f]{6}"));
        assertThat(there).filteredOn(here::contains).hasSizeLessThan(4);
    }
}
