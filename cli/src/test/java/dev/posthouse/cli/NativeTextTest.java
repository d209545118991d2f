package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.cli.arguments.TokenArgument;
import dev.posthouse.testkit.ChildProcess;
import dev.posthouse.testkit.ChildProcess.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as bytes, by each of their ways and in several locales, without the launcher, which would choose one. */
@EnabledOnOs(OS.LINUX)
class NativeTextTest {

    @TempDir
    private Path directory;

    /** A token with this byte in its middle. */
    private static byte[] withByte(int value) {
        return new byte[] {'a', (byte) value, 'b'};
    }

    private static String octal(byte[] bytes) {
        var text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format("\\%03o", b & 0xff));
        }
        return text.toString();
    }

    /** What a process in this locale makes of tokens as arguments, and then of the same as variables. */
    private static List<String> echoed(String locale, List<byte[]> tokens) throws IOException {
        var script = new StringBuilder("unset LC_CTYPE LANG LC_ALL; ");
        if (!locale.isEmpty()) {
            script.append("export LC_ALL=").append(locale).append("; ");
        }
        for (int i = 0; i < tokens.size(); i++) {
            String word = "\"$(printf '" + octal(tokens.get(i)) + "')\"";
            script.append("export POSTHOUSE_T")
                    .append(i + 1)
                    .append('=')
                    .append(word)
                    .append("; ");
            script.append("set -- \"$@\" \"$POSTHOUSE_T").append(i + 1).append("\"; ");
        }
        script.append("exec \"$@\"");
        try (ChildProcess child = ChildProcess.of(List.of(
                        "sh",
                        "-c",
                        script.toString(),
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TokenEcho.class.getName()))
                .start()) {
            assertThat(child.awaitExit()).as(child.everything()).isZero();
            return child.lines(Output.OUT);
        }
    }

    private String fromFile(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("token"), content);
        return TokenEcho.outcome(() -> TokenArgument.resolve("@" + file, new ByteArrayInputStream(new byte[0]), null)
                .orElseThrow());
    }

    private static String fromInput(byte[] content) {
        return TokenEcho.outcome(() -> TokenArgument.resolve("-", new ByteArrayInputStream(content), null)
                .orElseThrow());
    }

    /** A zero byte cannot be in an argument, and the end of a line ends a line: both ways of a line are looked at below. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8", "", "POSIX"})
    void everyByteIsTheSameTokenByEveryWayOrRefusedByEvery(String locale) throws IOException {
        List<Integer> bytes =
                IntStream.rangeClosed(1, 255).filter(b -> b != '\n').boxed().toList();
        List<byte[]> tokens = bytes.stream().map(NativeTextTest::withByte).toList();
        List<String> echoed = echoed(locale, tokens);
        assertThat(echoed).hasSize(2 * tokens.size());
        for (int i = 0; i < bytes.size(); i++) {
            int value = bytes.get(i);
            String expected = value < 0x20 || value == 0x7f
                    ? String.format("has the control character 0x%02X; in a TOKEN it is written %%%02X", value, value)
                    : value < 0x80
                            ? String.format("61%02x62", value)
                            : String.format(
                                    "is not UTF-8 text: byte 0x%02X; in a TOKEN such a byte is written %%%02X",
                                    value, value);
            assertThat(List.of(
                            echoed.get(i),
                            echoed.get(tokens.size() + i),
                            fromFile(tokens.get(i)),
                            fromInput(tokens.get(i))))
                    .as("byte %d: argument, variable, file, input", value)
                    .containsOnly(expected);
        }
    }

    @Test
    void aZeroByteIsRefusedAndTheEndOfALineEndsIt() throws IOException {
        assertThat(fromFile(withByte(0)))
                .isEqualTo(fromInput(withByte(0)))
                .startsWith("has the control character 0x00");
        assertThat(fromFile(withByte('\n')))
                .isEqualTo(fromInput(withByte('\n')))
                .isEqualTo("61");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8", ""})
    void whatIsNoPartOfATokenIsNoneByAnyWay(String locale) throws IOException {
        List<byte[]> tokens = new ArrayList<>();
        for (String text : List.of("tökén", "tükün", "пароль", "\uFEFFx", "x\r", "\uFEFFx\r", " x", "x ")) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        List<String> echoed = echoed(locale, tokens);
        for (int i = 0; i < tokens.size(); i++) {
            String here = fromFile(tokens.get(i));
            assertThat(List.of(echoed.get(i), echoed.get(tokens.size() + i), fromInput(tokens.get(i))))
                    .as("token %d: argument, variable, input as in the file", i)
                    .containsOnly(here);
        }
        assertThat(echoed.subList(0, tokens.size()))
                .containsExactly(
                        "74c3b66bc3a96e",
                        "74c3bc6bc3bc6e",
                        "d0bfd0b0d180d0bed0bbd18c",
                        "78",
                        "78",
                        "78",
                        echoed.get(6),
                        echoed.get(6));
        assertThat(echoed.get(6)).startsWith("has a blank at its begin or end");
    }

    @Test
    void refusalsDoNotRepeatTheBytes() {
        assertThatThrownBy(() -> NativeText.utf8(new byte[] {'s', 'e', 'c', (byte) 0xfc}, "argument 3"))
                .hasMessageStartingWith("argument 3 is not UTF-8 text: byte 0xFC")
                .hasMessageNotContaining("sec");
    }
}
